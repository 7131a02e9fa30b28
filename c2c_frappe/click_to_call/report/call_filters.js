// What the reports on calls share in the browser: days, agent and account to choose by, and how a row is drawn.
// Frappe puts this file in by a replacement of text: a backslash here would be read as one of its own.

function c2c_call_filters(...more) {
	const today = frappe.datetime.get_today();
	const from = frappe.datetime.add_days(today, -30);
	return [
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date", default: from, reqd: 1 },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: today, reqd: 1 },
		{ fieldname: "agent", label: __("Agent"), fieldtype: "Link", options: "User" },
		{ fieldname: "account", label: __("Account"), fieldtype: "Link", options: "PBX Account" },
		...more,
	];
}

function c2c_choice(fieldname, label, choices) {
	const options = choices.map(([value, text]) => ({ value, label: text }));
	return { fieldname, label, fieldtype: "Select", options, default: choices[0][0] };
}

function c2c_periods() {
	return [
		["Day", __("Day")],
		["Week", __("Week")],
		["Month", __("Month")],
	];
}

// Totals are bold, and who has a number can be called from the row.
function c2c_draw_cell(value, row, column, data, draw) {
	const text = draw(value, row, column, data);
	if (data?.is_total) return `<strong>${text}</strong>`;
	return value && data && frappe.boot.c2c ? `${c2c_call_icon(column.fieldname, value, data)}${text}` : text;
}

function c2c_call_icon(fieldname, value, { lead_doctype, lead, number, reference_doctype, reference_name }) {
	if (fieldname === "lead") return number === undefined ? c2c_record_icon(lead_doctype, lead, "") : "";
	if (fieldname !== "number") return "";
	if (lead) return c2c_record_icon(lead_doctype, lead, "");
	if (reference_doctype && reference_name) return c2c_record_icon(reference_doctype, reference_name, value);
	return c2c_icon("a", `href="tel:${encodeURIComponent(value)}"`, value);
}

// A number that is shown masked is looked up on its record.
function c2c_record_icon(doctype, name, number) {
	const carried = { doctype, name, ...(/^[+][0-9]+$/.test(number) && { number }) };
	const attributes = Object.entries(carried).map(([key, part]) => `data-c2c-${key}="${frappe.utils.escape_html(part)}"`);
	return c2c_icon("button", `type="button" ${attributes.join(" ")}`, number || name);
}

function c2c_icon(tag, attributes, whom) {
	const label = frappe.utils.escape_html(__("Call {0}", [whom]));
	const look = `class="c2c-icon c2c-cell-icon" title="${label}" aria-label="${label}"`;
	return `<${tag} ${attributes} ${look}>${frappe.utils.icon("call", "sm")}</${tag}> `;
}
