// From what was clicked to what the server is asked to call: a record and its field, or a bare number; nothing where
// the page is not as Frappe makes it.
// The text on the page never decides which number is dialed where there is a record.

import { target_of_button } from "./record_button";

export function target_of(element) {
	if (element.dataset.c2cDoctype) return target_of_button(element);
	const cell = element.closest(".grid-static-col");
	if (cell) return target_of_row(cell);
	const control = element.closest(".frappe-control")?.fieldobj;
	if (element.matches("a[href^='tel:']")) return target_of_link(element, control);
	return control && target_of_control(control);
}

// The same for a number handed over by another script, with or without the form it stands on.
export function target_of_number(number, frm) {
	const df = frm && phone_field_holding(frm, number);
	return df ? field_target(frm, df.fieldname, number) : { number, shown: number };
}

function phone_field_holding(frm, number) {
	return frm.meta.fields.find((df) => df.options === "Phone" && frm.doc[df.fieldname] === number);
}

function target_of_row(cell) {
	const row = $(cell).closest(".grid-row").data("grid_row");
	return row?.frm && row_target(row.frm, row.doc, cell.dataset.fieldname);
}

function target_of_control(control) {
	const { frm, df } = control;
	if (!frm) return { number: control.get_value(), shown: control.get_value() };
	if (control.docname !== frm.docname) return row_target(frm, control.doc, df.fieldname);
	return field_target(frm, df.fieldname, frm.doc[df.fieldname]);
}

// The Contacts section of a form lists the contacts it was loaded with, in that order, each in a box.
const BOX = ".address-box, .contact-box"; // Frappe 15's, 16's

function target_of_link(link, control) {
	const number = decodeURIComponent(link.getAttribute("href").slice(4));
	const boxes = [...(control?.wrapper.querySelectorAll(BOX) || [])];
	const contact = control?.frm?.doc.__onload?.contact_list?.[boxes.indexOf(link.closest(BOX))];
	const record = contact && { reference_doctype: "Contact", reference_name: contact.name, title: contact.name };
	return { ...record, number, shown: number };
}

// With unsaved changes on the page the text goes along: the server refuses when the record says otherwise.
function field_target(frm, fieldname, shown) {
	return { ...record_of(frm), fieldname, shown, number: frm.is_dirty() ? shown : undefined };
}

function row_target(frm, row, fieldname) {
	const target = field_target(frm, fieldname, row[fieldname]);
	return { ...target, row: row.name, is_unsaved: target.is_unsaved || Boolean(row.__islocal) };
}

export function record_of(frm) {
	return {
		reference_doctype: frm.doctype,
		reference_name: frm.docname,
		// A Lead's own title is its company, where it has one.
		title: String(frm.doc.lead_name || frm.doc[frm.meta.title_field] || frm.docname),
		is_unsaved: Boolean(frm.is_new()),
	};
}
