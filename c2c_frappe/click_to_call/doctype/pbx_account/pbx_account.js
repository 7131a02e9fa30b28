// The form of a PBX account: its last 24 hours, "Test connection", a test call, and everybody's extensions.

const API = "c2c_frappe.api.account";

frappe.ui.form.on("PBX Account", {
	refresh(frm) {
		frm.set_df_property("provider", "options", [
			{ value: "commpeak", label: "CommPeak" },
			{ value: "primevox", label: "Primevox" },
			{ value: "asterisk", label: "Asterisk" },
		]);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Test connection"), () => when_saved(frm, test_connection));
		frm.add_custom_button(__("Make a test call"), () => when_saved(frm, ask_test_call));
		frm.add_custom_button(__("Extensions"), () => when_saved(frm, edit_extensions));
		if (frm.doc.__onload?.has_call_records) {
			frm.add_custom_button(__("Fetch call records now"), () => when_saved(frm, fetch_records));
		}
		show_listener(frm);
		show_last_day(frm);
		show_webhook(frm);
	},
	new_webhook_token(frm) {
		when_saved(frm, () =>
			frappe.confirm(__("The PBX must be given the new address: the present one stops working."), async () => {
				await ask("new_webhook_token", { account: frm.doc.name }, __("Making a new token"));
				await frm.reload_doc();
			}),
		);
	},
});

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

function when_saved(frm, act) {
	if (!frm.is_dirty()) return act(frm);
	frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
}

function show_listener(frm) {
	const { listener } = frm.doc.__onload || {};
	if (listener === "running") frm.dashboard.add_indicator(__("A listener runs"), "green");
	if (listener === "missing") frm.dashboard.add_indicator(__("No listener runs"), "orange");
}

async function show_last_day(frm) {
	const counts = await frappe.xcall(`${API}.last_day`, { account: frm.doc.name });
	const colors = { Completed: "green", Failed: "red", Unknown: "orange", Unconfirmed: "orange" };
	for (const { status, calls } of counts) {
		const label = __("{0} in 24 hours: {1}", [__(status), calls]);
		frm.dashboard.add_indicator(label, colors[status] || "blue");
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
		primary_action: ({ rows }) => save_extensions(frm, dialog, rows),
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

// A spreadsheet's clipboard is text: a line a row, a tab between cells.
function take_pasted(dialog) {
	const text = dialog.get_value("pasted");
	if (!text) return;
	const table = dialog.fields_dict.rows.df;
	const found = new Map(table.data.map((row) => [row.user, row]));
	for (const line of text.split("\n")) {
		const [user, extension, caller_id] = line.split(/[\t,;]/).map((cell) => cell.trim());
		if (user) found.set(user, { ...found.get(user), user, extension, caller_id });
	}
	table.data = [...found.values()].map((row, index) => ({ ...row, idx: index + 1 }));
	dialog.fields_dict.rows.grid.refresh();
	dialog.set_value("pasted", "");
}

async function save_extensions(frm, dialog, rows) {
	const wanted = (rows || []).map(({ user, extension, caller_id }) => ({ user, extension, caller_id }));
	const refused = await ask("set_extensions", { account: frm.doc.name, rows: wanted }, __("Saving..."));
	if (!refused.length) {
		dialog.hide();
		return frappe.show_alert({ message: __("Extensions saved."), indicator: "green" });
	}
	const escape = frappe.utils.escape_html;
	const items = refused.map(({ user, message }) => `<li>${escape(user)}: ${escape(message)}</li>`);
	frappe.msgprint({
		title: __("Not saved"),
		indicator: "red",
		message: `<ul>${items.join("")}</ul>`,
	});
}
