// The form of a PBX account: its provider or the profile it starts from, its last 24 hours, "Test connection", a test
// call and the address for events. Its dialogs stand in a bundle that is loaded with it.

const API = "c2c_frappe.api.account";
const BUNDLE = "c2c_account.bundle.js";

frappe.ui.form.on("PBX Account", {
	setup(frm) {
		escape_templates();
		// What a PBX gave is no password somebody chooses: Frappe would rate it and put advice in place of our words.
		for (const field of frm.fields) if (field.df.fieldtype === "Password") field.disable_password_checks();
	},
	onload(frm) {
		// The Desk fills in the user's default company, and calls of others would be kept from who makes them. Who is
		// limited to companies makes accounts of those.
		const is_limited = frappe.defaults.get_user_permissions()?.Company;
		if (frm.is_new() && frm.doc.pbx_company && !is_limited) frm.set_value("pbx_company", "");
	},
	refresh(frm) {
		say_what_caller_ids_do(frm);
		show_variables(frm);
		bundled("list_providers")(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Test Connection"), () => when_saved(frm, test_connection));
		frm.add_custom_button(__("Make a Test Call"), () => when_saved(frm, ask_test_call));
		frm.add_custom_button(__("Extensions"), () => when_saved(frm, bundled("edit_extensions")));
		if (frm.doc.__onload?.has_call_records) {
			frm.add_custom_button(__("Fetch Call Records"), () => when_saved(frm, fetch_records));
		}
		show_listener(frm);
		if (frm.doc.provider === "generic_http") {
			frm.add_custom_button(__("Preview"), () => when_saved(frm, bundled("open_preview")));
		}
		offer_extensions(frm);
		show_last_day(frm);
		show_webhook(frm);
	},
	provider: bundled("choose_provider"),
	new_webhook_token(frm) {
		when_saved(frm, () => {
			// Only what the PBX was given already can stop working.
			if (!frm.doc.webhook_token) return renew_token(frm);
			frappe.confirm(__("The current address stops working. Enter the new one at the PBX."), () =>
				renew_token(frm),
			);
		});
	},
});

// What the bundle has under this name, to be done with a form.
function bundled(name) {
	return async (frm, ...more) => {
		await frappe.require(BUNDLE);
		return window.c2c_account[name](frm, ...more);
	};
}

function say_what_caller_ids_do(frm) {
	const text = __("One per line: your own numbers at this PBX. No others are shown to the people you call.");
	const sentence = __("No caller ID is sent to this PBX: the number it shows is configured there.");
	const is_deaf = frm.doc.__onload?.sets_caller_id === false;
	frm.set_df_property("own_numbers", "description", is_deaf ? `${text} ${sentence}` : text);
}

// Templates hold XML, which Frappe's tables would draw as HTML.
function escape_templates() {
	const templates = { "PBX Request Pair": ["value"], "PBX Answer Rule": ["place", "value"] };
	for (const [doctype, names] of Object.entries(templates)) {
		for (const name of names) {
			const field = frappe.meta.docfield_map[doctype]?.[name];
			if (field) field.formatter = (value) => frappe.utils.escape_html(value ?? "");
		}
	}
}

// Who sets up an account is the first to try it, and cannot call without a phone.
function offer_extensions(frm) {
	if (frm.doc.__onload?.has_own_extension) return;
	const link = `<a href="#" class="bold">${__("Enter Extensions")}</a>`;
	// A new account's form is drawn twice when it is saved.
	frm.set_intro();
	frm.set_intro(`${__("You have no extension yet and cannot call.")} ${link}`, "blue");
	frm.layout.message.find("a").on("click", (event) => {
		event.preventDefault();
		when_saved(frm, bundled("edit_extensions"));
	});
}

// What the admin enters at the PBX, ready to be copied.
async function show_webhook(frm) {
	const { url, parameters } = await frappe.xcall(`${API}.webhook_help`, { account: frm.doc.name });
	const escape = frappe.utils.escape_html;
	const rows = parameters.map(({ name, meaning }) => `<li><code>${escape(name)}</code> ${escape(meaning)}</li>`);
	const parts = url
		? [`<p>${__("Enter this address at the PBX and keep it secret:")}</p><pre dir="ltr">${escape(url)}</pre>`]
		: [`<p class="text-muted">${__("Generate a token to enable webhooks.")}</p>`];
	if (url && rows.length) parts.push(`<p>${__("With these parameters:")}</p><ul>${rows.join("")}</ul>`);
	frm.get_field("webhook_help").$wrapper.html(parts.join(""));
	if (url) offer_copy(frm, url);
}

function offer_copy(frm, url) {
	const button = $(`<button type="button" class="btn btn-xs btn-default">${__("Copy")}</button>`);
	button.on("click", () => frappe.utils.copy_to_clipboard(url));
	frm.get_field("webhook_help").$wrapper.find("pre").after(button);
}

async function renew_token(frm) {
	await ask("new_webhook_token", { account: frm.doc.name }, __("Generating a new token"));
	await frm.reload_doc();
}

// What is asked of the PBX is asked with what the form shows: changes are saved first, and a mistake in them ends it.
async function when_saved(frm, act) {
	if (frm.is_dirty()) await frm.save();
	if (!frm.is_dirty()) await act(frm);
}

function show_listener(frm) {
	const { listener } = frm.doc.__onload || {};
	if (listener === "running") frm.dashboard.add_indicator(__("Listener Running"), "green");
	if (listener === "starting") frm.dashboard.add_indicator(__("Listener Starting"), "orange");
	if (listener === "missing") frm.dashboard.add_indicator(__("No Listener Running"), "orange");
}

async function show_last_day(frm) {
	const counts = await frappe.xcall(`${API}.last_day`, { account: frm.doc.name });
	await frappe.model.with_doctype("PBX Call Log");
	for (const { status, calls } of counts) {
		const label = __("{0} in 24 hours: {1}", [__(status), calls]);
		const [, color] = frappe.get_indicator({ status }, "PBX Call Log");
		frm.dashboard.add_indicator(label, color);
	}
}

async function test_connection(frm) {
	const found = await ask("test_connection", { account: frm.doc.name }, __("Asking the PBX. No phone will ring."));
	const indicator = found.ok === false ? "red" : found.ok ? "green" : "orange";
	show(__("Test Connection"), indicator, found.message, found.request, found.unchecked);
	if (found.ok !== true) await bundled("lead_to_field")(frm, found.field);
}

// The server tells the progress and, when it is done, the result.
async function fetch_records(frm) {
	await ask("fetch_records", { account: frm.doc.name }, __("Asking the PBX..."));
	frappe.show_alert({ message: __("The call records are being fetched."), indicator: "blue" });
}

function ask_test_call(frm) {
	frappe.prompt(
		{
			fieldname: "number",
			fieldtype: "Data",
			options: "Phone",
			label: __("Number"),
			reqd: 1,
			description: __("Your own phone rings first; pick up, and this number is called. Use one of your own."),
		},
		async ({ number }) => {
			const reply = await ask("test_call", { account: frm.doc.name, number }, __("Calling..."));
			if (reply.repeated) return show(__("Not Dialed"), "orange", reply.message, "", []);
			const indicator = reply.status === "Failed" ? "red" : reply.status === "Requested" ? "green" : "orange";
			show(__(reply.status), indicator, reply.message, reply.request, []);
		},
		__("Make a Test Call"),
		__("Call"),
	);
}

async function ask(method, args, freeze_message) {
	const { message } = await frappe.call({ method: `${API}.${method}`, args, freeze: true, freeze_message });
	return message;
}

function show(title, indicator, message, request, unchecked) {
	const escape = frappe.utils.escape_html;
	const parts = [`<p>${escape(message)}</p>`];
	if (unchecked.length) {
		const items = unchecked.map((text) => `<li>${escape(text)}</li>`).join("");
		parts.push(`<p>${__("Not checked:")}</p><ul>${items}</ul>`);
	}
	if (request) parts.push(`<p class="text-muted">${__("Request:")}</p><pre dir="ltr">${escape(request)}</pre>`);
	frappe.msgprint({ title, indicator, message: parts.join("") });
}

// The registry's own names of variables, which come at boot to who looks after the PBX.
function show_variables(frm) {
	const { variables } = frappe.boot.c2c_accounts || {};
	if (!variables) return;
	const names = variables.map((name) => `<code>{${name}}</code>`).join(" ");
	const about = __("Variables, each escaped for where it is used:");
	frm.get_field("variables_help").$wrapper.html(`<p class="text-muted small">${about}<br>${names}</p>`);
}
