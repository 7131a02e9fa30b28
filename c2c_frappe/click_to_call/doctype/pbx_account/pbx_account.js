// The form of a PBX account: its last 24 hours, "Test connection", a test call, everybody's extensions, and for a PBX
// that is described by a form: profiles to start from and a preview.

const API = "c2c_frappe.api.account";

frappe.ui.form.on("PBX Account", {
	setup: escape_templates,
	refresh(frm) {
		show_providers(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Test connection"), () => when_saved(frm, test_connection));
		frm.add_custom_button(__("Make a test call"), () => when_saved(frm, ask_test_call));
		frm.add_custom_button(__("Extensions"), () => when_saved(frm, edit_extensions));
		if (frm.doc.__onload?.has_call_records) {
			frm.add_custom_button(__("Fetch call records now"), () => when_saved(frm, fetch_records));
		}
		show_listener(frm);
		if (frm.doc.provider === "generic_http") {
			frm.add_custom_button(__("Preview"), () => when_saved(frm, preview));
		}
		show_last_day(frm);
		show_webhook(frm);
	},
	load_profile: choose_profile,
	new_webhook_token(frm) {
		when_saved(frm, () => {
			// Only what the PBX was given already can stop working.
			if (!frm.doc.webhook_token) return renew_token(frm);
			frappe.confirm(__("The PBX must be given the new address: the present one stops working."), () =>
				renew_token(frm),
			);
		});
	},
});

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

// What the admin enters at the PBX, ready to be copied.
async function show_webhook(frm) {
	const { url, parameters } = await frappe.xcall(`${API}.webhook_help`, { account: frm.doc.name });
	const escape = frappe.utils.escape_html;
	const rows = parameters.map(({ name, meaning }) => `<li><code>${escape(name)}</code> ${escape(meaning)}</li>`);
	const parts = url
		? [`<p>${__("Enter this address at the PBX, and keep it secret:")}</p><pre dir="ltr">${escape(url)}</pre>`]
		: [`<p class="text-muted">${__("Make a token to open the way for events.")}</p>`];
	if (url && rows.length) parts.push(`<p>${__("With these parameters:")}</p><ul>${rows.join("")}</ul>`);
	frm.get_field("webhook_help").$wrapper.html(parts.join(""));
}

async function renew_token(frm) {
	await ask("new_webhook_token", { account: frm.doc.name }, __("Making a new token"));
	await frm.reload_doc();
}

function when_saved(frm, act) {
	if (!frm.is_dirty()) return act(frm);
	frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
}

function show_listener(frm) {
	const { listener } = frm.doc.__onload || {};
	if (listener === "running") frm.dashboard.add_indicator(__("A listener runs"), "green");
	if (listener === "starting") frm.dashboard.add_indicator(__("The listener of this account is starting"), "orange");
	if (listener === "missing") frm.dashboard.add_indicator(__("No listener runs"), "orange");
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
	show(__("Test connection"), indicator, found.message, found.request, found.unchecked);
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
			description: __("Your own phone rings first; pick up, and this number is called. Take one of your own."),
		},
		async ({ number }) => {
			const reply = await ask("test_call", { account: frm.doc.name, number }, __("Calling..."));
			if (reply.repeated) return show(__("Not Dialed"), "orange", reply.message, "", []);
			const indicator = reply.status === "Failed" ? "red" : reply.status === "Requested" ? "green" : "orange";
			show(__(reply.status), indicator, reply.message, reply.request, []);
		},
		__("Make a test call"),
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

async function edit_extensions(frm) {
	const args = { account: frm.doc.name };
	const [rows, phones] = await Promise.all([
		frappe.xcall(`${API}.extensions_of`, args),
		frappe.xcall(`${API}.phones`, args),
	]);
	const dialog = new frappe.ui.Dialog({
		title: __("Extensions on {0}", [frappe.utils.escape_html(frm.doc.name)]),
		size: "large",
		fields: [
			{ fieldname: "without_role", fieldtype: "HTML", options: without_role(rows) },
			{
				fieldname: "rows",
				fieldtype: "Table",
				in_place_edit: true,
				data: rows,
				fields: [
					column("user", __("User"), { fieldtype: "Link", options: "User", columns: 4, reqd: 1 }),
					column("extension", __("Extension"), choice_of(phones)),
					column("caller_id", __("Caller ID")),
				],
			},
			{
				fieldname: "pasted",
				fieldtype: "Small Text",
				label: __("Paste from a spreadsheet"),
				description: __("A line each: user, extension, caller ID. The lines are added to the table above."),
				onchange: () => take_pasted(dialog),
			},
		],
		primary_action_label: __("Save"),
		primary_action: ({ rows }) => save_extensions(frm, dialog, rows || []),
	});
	dialog.show();
}

function column(fieldname, label, more) {
	return { fieldname, label, fieldtype: "Data", in_list_view: 1, columns: 3, ...more };
}

// The extensions the PBX lists are offered; where it lists none, or not all, they are typed.
function choice_of(phones) {
	return phones.length ? { fieldtype: "Autocomplete", options: phones, ignore_validation: 1 } : {};
}

// Who has a phone and may not call with it: the role is given on the User.
function without_role(rows) {
	const names = rows.filter(({ extension, is_agent }) => extension && !is_agent).map(({ user }) => user);
	if (!names.length) return "";
	const said = __("These users lack the role PBX Agent and cannot call: {0}", [names.join(", ")]);
	return `<div class="form-message orange">${frappe.utils.escape_html(said)}</div>`;
}

// A spreadsheet's clipboard is text: a line a row, a tab between cells. A cell that is missing or empty says nothing.
function take_pasted(dialog) {
	const text = dialog.get_value("pasted");
	if (!text) return;
	const table = dialog.fields_dict.rows.df;
	const found = new Map(table.data.map((row) => [row.user, row]));
	for (const line of text.split("\n")) {
		const [user, extension, caller_id] = line.split(/[\t,;]/).map((cell) => cell.trim());
		const cells = Object.entries({ extension, caller_id }).filter(([, text]) => text);
		if (user) found.set(user, { ...found.get(user), user, ...Object.fromEntries(cells) });
	}
	table.data = [...found.values()].map((row, index) => ({ ...row, idx: index + 1 }));
	dialog.fields_dict.rows.grid.refresh();
	dialog.set_value("pasted", "");
}

async function save_extensions(frm, dialog, rows, move = 0) {
	const { name: account } = frm.doc;
	const wanted = rows.map(({ user, extension, caller_id }) => ({ user, extension, caller_id }));
	const refused = await ask("set_extensions", { account, rows: wanted, move }, __("Saving..."));
	const present = await frappe.xcall(`${API}.extensions_of`, { account });
	dialog.fields_dict.without_role.$wrapper.html(without_role(present));
	if (refused.length) return show_refused(frm, dialog, wanted, refused);
	frappe.show_alert({ message: __("Extensions saved."), indicator: "green" });
	// Stays while it says who cannot call yet.
	if (!without_role(present)) dialog.hide();
}

function show_refused(frm, dialog, wanted, refused) {
	const escape = frappe.utils.escape_html;
	const items = refused.map(({ user, message }) => `<li>${escape(user)}: ${escape(message)}</li>`);
	const elsewhere = new Set(refused.filter(({ is_elsewhere }) => is_elsewhere).map(({ user }) => user));
	const move = () => {
		frappe.hide_msgprint();
		save_extensions(frm, dialog, wanted.filter(({ user }) => elsewhere.has(user)), 1);
	};
	frappe.msgprint({
		title: __("{0} of {1} saved", [wanted.length - refused.length, wanted.length]),
		indicator: "orange",
		message: `<p>${__("Not saved:")}</p><ul>${items.join("")}</ul>`,
		primary_action: elsewhere.size ? { label: __("Move to this account"), action: move } : undefined,
	});
}

// The registry's own names of providers and variables, which come at boot to who looks after the PBX.
function show_providers(frm) {
	const { providers, variables } = frappe.boot.c2c_accounts || {};
	if (!providers) return;
	frm.set_df_property("provider", "options", providers);
	const names = variables.map((name) => `<code>{${name}}</code>`).join(" ");
	const about = __("Variables, each quoted for the place it stands in:");
	frm.get_field("variables_help").$wrapper.html(`<p class="text-muted small">${about}<br>${names}</p>`);
}

async function choose_profile(frm) {
	const profiles = await frappe.xcall(`${API}.profiles_to_load`);
	const dialog = new frappe.ui.Dialog({
		title: __("Load profile"),
		fields: [
			{
				fieldname: "profile",
				fieldtype: "Select",
				label: __("Profile"),
				reqd: 1,
				options: profiles.map(({ profile, label }) => ({ value: profile, label })),
				onchange: () => dialog.set_df_property("about", "options", about_profile(chosen())),
			},
			{ fieldname: "about", fieldtype: "HTML" },
		],
		primary_action_label: __("Next"),
		primary_action: () => {
			dialog.hide();
			fill_blanks(frm, chosen());
		},
	});
	const chosen = () => profiles.find(({ profile }) => profile === dialog.get_value("profile"));
	dialog.show();
}

function about_profile({ note, page, support, assumed }) {
	const escape = frappe.utils.escape_html;
	const parts = [`<p>${escape(note)}</p>`];
	const link = `<a href="${encodeURI(page)}" target="_blank" rel="noopener noreferrer">${escape(page)}</a>`;
	parts.push(`<p class="text-muted">${__("{0}: written from {1}, never tried on a live account.", [escape(support), link])}</p>`);
	if (assumed.length) {
		const items = assumed.map((text) => `<li>${escape(text)}</li>`).join("");
		parts.push(`<p class="text-muted">${__("Assumed:")}</p><ul class="text-muted">${items}</ul>`);
	}
	return parts.join("");
}

// Asks for what the profile leaves open, then fills the form in; nothing is saved yet.
function fill_blanks(frm, profile) {
	const field = (fieldtype) => ([fieldname, label]) => ({ fieldname, fieldtype, label });
	const blanks = Object.entries(profile.blanks).map(field("Data"));
	const secrets = Object.entries(profile.secrets).map(field("Password"));
	const fill = async (entered) => {
		const texts = Object.fromEntries(Object.keys(profile.blanks).map((name) => [name, entered[name] || ""]));
		const args = { profile: profile.profile, blanks: texts };
		const values = await ask("load_profile", args, __("Loading the profile"));
		for (const name of Object.keys(profile.secrets)) if (entered[name]) values[name] = entered[name];
		await fill_in(frm, values);
		frappe.show_alert({ message: __("Filled in. Look it over and save."), indicator: "green" });
	};
	frappe.prompt([...blanks, ...secrets], fill, __("Your values for {0}", [profile.label]), __("Fill in"));
}

async function fill_in(frm, values) {
	for (const [name, value] of Object.entries(values)) {
		if (!Array.isArray(value)) {
			await frm.set_value(name, value);
			continue;
		}
		frm.clear_table(name);
		for (const row of value) frm.add_child(name, row);
		frm.refresh_field(name);
	}
}

function preview(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		size: "large",
		fields: [
			{ fieldname: "about", fieldtype: "HTML", options: `<p class="text-muted">${__("Nothing is sent.")}</p>` },
			{ fieldtype: "Section Break" },
			{ fieldname: "user", fieldtype: "Link", options: "User", label: __("User"), default: frappe.session.user },
			{ fieldname: "number", fieldtype: "Data", label: __("Number, or a record:") },
			{ fieldtype: "Column Break" },
			{ fieldname: "reference_doctype", fieldtype: "Link", options: "DocType", label: __("DocType") },
			{
				fieldname: "reference_name",
				fieldtype: "Dynamic Link",
				options: "reference_doctype",
				label: __("Record"),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "requests", fieldtype: "HTML" },
			{ fieldtype: "Section Break", label: __("What an answer would be read as") },
			{ fieldname: "http_status", fieldtype: "Int", label: __("HTTP status"), default: 200 },
			{ fieldname: "read", fieldtype: "Button", label: __("Read it"), click: () => show_reading(frm, dialog) },
			{ fieldname: "reading", fieldtype: "HTML" },
			{ fieldtype: "Column Break" },
			{ fieldname: "body", fieldtype: "Small Text", label: __("Answer of the PBX") },
		],
		primary_action_label: __("Show the request"),
		primary_action: () => show_requests(frm, dialog),
	});
	dialog.show();
}

async function show_requests(frm, dialog) {
	const { user, number, reference_doctype, reference_name } = dialog.get_values(true);
	const args = { account: frm.doc.name, user, number, reference_doctype, reference_name };
	const { requests, problem } = await frappe.xcall(`${API}.preview_requests`, args);
	const escape = frappe.utils.escape_html;
	const texts = requests.map(({ is_question, method, url, headers, body }) => {
		const lines = [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
		const title = is_question ? __("A question before the call:") : __("The call:");
		const text = [...lines, ...(body ? ["", body] : [])].join("\n");
		return `<p>${title}</p><pre dir="ltr" style="white-space: pre-wrap">${escape(text)}</pre>`;
	});
	const said = problem ? `<p class="text-danger">${escape(problem)}</p>` : texts.join("");
	dialog.get_field("requests").$wrapper.html(said);
}

async function show_reading(frm, dialog) {
	const { http_status, body } = dialog.get_values(true);
	const args = { account: frm.doc.name, http_status, body };
	const found = await frappe.xcall(`${API}.preview_answer`, args);
	const escape = frappe.utils.escape_html;
	const facts = [
		[__("Status"), __(found.status)],
		[__("Failure code"), found.failure_code],
		[__("PBX call ID"), found.pbx_call_id],
		[__("Message"), found.message],
	];
	const rows = facts.filter(([, value]) => value).map(([name, value]) => `<li>${name}: ${escape(value)}</li>`);
	dialog.get_field("reading").$wrapper.html(`<ul>${rows.join("")}</ul>`);
}
