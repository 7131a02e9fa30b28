// Everybody's extensions on an account, to enter or to paste. Says who has one and lacks the role to call.
import { ask } from "./ask";

const API = "c2c_frappe.api.account";

export async function edit_extensions(frm) {
	const args = { account: frm.doc.name };
	const [rows, phones] = await Promise.all([
		frappe.xcall(`${API}.extensions_of`, args),
		frappe.xcall(`${API}.phones`, args),
	]);
	if (!frm.doc.__onload?.has_own_extension && !rows.some(({ user }) => user === frappe.session.user)) {
		rows.unshift({ user: frappe.session.user, is_suggested: true });
	}
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
				label: __("Paste from a Spreadsheet"),
				description: __("One line each: user, extension, caller ID. The lines are added to the table above."),
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
	const wanted = rows
		.filter(({ extension, is_suggested }) => extension || !is_suggested)
		.map(({ user, extension, caller_id }) => ({ user, extension, caller_id }));
	const refused = await ask("set_extensions", { account, rows: wanted, move }, __("Saving..."));
	const present = await frappe.xcall(`${API}.extensions_of`, { account });
	dialog.fields_dict.without_role.$wrapper.html(without_role(present));
	if (refused.length) return show_refused(frm, dialog, wanted, refused);
	frappe.show_alert({ message: __("Extensions saved."), indicator: "green" });
	// Stays while it says who cannot call yet.
	if (!without_role(present)) dialog.hide();
	await frm.reload_doc();
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
		primary_action: elsewhere.size ? { label: __("Move to This Account"), action: move } : undefined,
	});
}
