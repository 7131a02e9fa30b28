// From a click to a call: choose when there is a choice, dial once, show what came of it.
import { dialogs } from "../dialogs";
import { say, settings } from "../frappe_desk";
import { get, post } from "../server";
import { show_asking, show_error, show_reply } from "../strip/strip";
import { current_talk } from "../strip/waiting";
import { my_phone } from "./my_phone";

const BUTTONS = ".c2c-icon, .c2c-button";
// Looks like several numbers in one field: the server is asked which.
const SEPARATOR = /[,;/\n]/;

let is_busy = false;

// Calls a field's number, or a bare one.
export function call(target) {
	return alone(target, async () => {
		if (target.is_unsaved) return ask_to_save();
		if (!target.reference_name) return dial_typed(target);
		const is_list = target.reference_name && target.fieldname && SEPARATOR.test(target.shown);
		await (is_list ? dial_one_of(target, (entry) => is_of_field(entry, target)) : dial(target));
	});
}

// Calls a record, after a choice when it has several numbers.
export function call_record(record) {
	return alone(record, () => dial_one_of(record, () => true));
}

// Calls a number that was refused, for the reason given; or the entry of a list, whose number the server chooses.
export function call_now(target, reason) {
	return alone(target, () => dial(target, reason));
}

// One at a time in this tab: until the reply is there every button of ours is off. Not disabled, which would take the
// focus away from the one that was pressed.
async function alone(target, act) {
	if (is_busy) return;
	set_busy(true);
	try {
		await act();
	} catch (error) {
		show_error(error, target);
	} finally {
		set_busy(false);
	}
}

function set_busy(busy) {
	is_busy = busy;
	document.querySelectorAll(BUTTONS).forEach((button) => button.setAttribute("aria-disabled", busy));
}

// A number on no page in particular: whose it is the server knows, and of several who use it somebody has to say.
async function dial_typed(target) {
	const { records } = await get("owners", { number: target.number });
	if (records.length < 2) return dial(target);
	const whose = await (await dialogs()).choose_owner(target.shown, records);
	if (whose) await dial({ ...target, ...whose });
}

async function dial_one_of(record, is_wanted) {
	const found = await get("numbers", {
		doctype: record.reference_doctype,
		name: record.reference_name,
		phone: my_phone().row || "",
	});
	if (!found.numbers.length) return show_reply({ ...found, status: "Failed" }, record);
	const entries = found.numbers.filter(is_wanted);
	if (!entries.length) return dial(record);
	// A list knows a record's name alone.
	const named = { ...record, title: found.title || record.title };
	const is_clear = entries.length === 1 && !entries[0].by_device;
	const entry = is_clear ? entries[0] : await (await dialogs()).choose(named, entries);
	if (entry) await dial({ ...named, ...chosen(entry, found.numbers), shown: entry.number, from_device: entry.from_device });
}

// A field that holds several numbers says which by the number itself; else the field is enough.
function chosen(entry, entries) {
	const { fieldname, row, number } = entry;
	const is_alone = entries.filter((other) => is_of_field(other, entry)).length === 1;
	return is_alone ? { fieldname, row } : { fieldname, row, number };
}

function is_of_field(entry, { fieldname, row }) {
	return entry.fieldname === fieldname && (entry.row || "") === (row || "");
}

async function dial(target, override) {
	const { reference_doctype, reference_name, fieldname, row, number, from_device, entry } = target;
	const { row: phone, extension } = from_device ? {} : my_phone();
	const where = { reference_doctype, reference_name, fieldname, row, number };
	const args = { ...where, request_id: new_id(), override, phone, entry };
	if (!(await is_wanted_now(target))) return;
	// Where rules choose the line, another phone may ring.
	show_asking(target, settings().lines ? "" : extension);
	const reply = await (from_device ? post("dial_from_device", args) : post("dial", args));
	show_reply(reply, target);
	if (reply.url) (await dialogs()).open_with_device(reply.url);
}

// Who talks to somebody is asked before another phone rings.
async function is_wanted_now({ title, shown }) {
	const talk = current_talk();
	return !talk || (await dialogs()).ask_second_call(talk, title || shown);
}

function ask_to_save() {
	say(__("Save this record first: the number is read from the saved record."), "orange");
}

// crypto.randomUUID exists on HTTPS pages only.
function new_id() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
