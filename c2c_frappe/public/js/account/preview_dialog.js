// What a call would send and how an answer would be read, for an account that a form describes. Sends nothing.
const API = "c2c_frappe.api.account";

export function open_preview(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		size: "large",
		fields: [
			{ fieldname: "about", fieldtype: "HTML", options: `<p class="text-muted">${__("Nothing is sent.")}</p>` },
			{ fieldtype: "Section Break" },
			{ fieldname: "user", fieldtype: "Link", options: "User", label: __("User"), default: frappe.session.user },
			{ fieldname: "number", fieldtype: "Data", label: __("Number, or a Record:") },
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
			{ fieldtype: "Section Break", label: __("Response Mapping Test") },
			{ fieldname: "http_status", fieldtype: "Int", label: __("HTTP Status"), default: 200 },
			{ fieldname: "read", fieldtype: "Button", label: __("Parse Response"), click: () => show_reading(frm, dialog) },
			{ fieldname: "reading", fieldtype: "HTML" },
			{ fieldtype: "Column Break" },
			{ fieldname: "body", fieldtype: "Small Text", label: __("PBX Response") },
		],
		primary_action_label: __("Show Request"),
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
		const title = is_question ? __("Request before the call:") : __("Dial request:");
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
		[__("Failure Code"), found.failure_code],
		[__("PBX Call ID"), found.pbx_call_id],
		[__("Message"), found.message],
	];
	const rows = facts.filter(([, value]) => value).map(([name, value]) => `<li>${name}: ${escape(value)}</li>`);
	dialog.get_field("reading").$wrapper.html(`<ul>${rows.join("")}</ul>`);
}
