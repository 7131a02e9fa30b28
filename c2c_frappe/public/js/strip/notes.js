// Notes on the call in sight, kept two seconds after the last key. The server puts together what several tabs wrote, so
// that none undoes another's; what cannot be saved stays in the field, with the reason.
import { get, post } from "../server";

const PAUSE = 2000; // ms
const AGAIN = 10000; // ms

let shown = null;

// Whoever leaves the page within these seconds has written it all the same.
window.addEventListener("pagehide", flush_notes);
window.addEventListener("online", flush_notes);

// Draws the notes of a call once; a call that stays in sight keeps its field, and what is being typed in it.
export function show_notes(place, call) {
	if (shown?.call === call && place.contains(shown.field)) return;
	flush_notes();
	const notes = { call, field: field(), fault: fault(), saved: "", timer: null, saving: null };
	shown = notes;
	place.replaceChildren(notes.field, notes.fault);
	notes.field.addEventListener("input", () => save_later(notes, PAUSE));
	notes.field.addEventListener("blur", () => save(notes));
	notes.loading = load(notes);
}

// What is typed meanwhile comes after what is there already.
async function load(notes) {
	const form = await get("wrap_up_form", { call: notes.call }).catch(() => null);
	notes.saved = form?.notes || "";
	if (notes.saved) put(notes.field, notes.saved + notes.field.value);
}

// Saves what is not yet saved; called before anything else reads the notes.
export async function flush_notes() {
	if (shown) await save(shown);
}

function save_later(notes, pause) {
	clearTimeout(notes.timer);
	notes.timer = setTimeout(() => save(notes), pause);
}

async function save(notes) {
	clearTimeout(notes.timer);
	await notes.loading;
	await notes.saving;
	const written = notes.field.value;
	if (written === notes.saved) return;
	notes.saving = send(notes, written);
	await notes.saving;
}

async function send(notes, written) {
	const { call, field, saved: before } = notes;
	try {
		const { notes: merged } = await post("save_notes", { call, notes: written, before });
		const has_grown = field.value.startsWith(written);
		// What was typed since then waits for its own turn, after what others wrote.
		notes.saved = has_grown ? merged : written;
		if (has_grown && merged !== written) put(field, merged + field.value.slice(written.length));
		notes.fault.textContent = "";
	} catch (error) {
		notes.fault.textContent = error.is_unanswered ? __("Not saved yet. Trying again.") : error.message;
		if (error.is_unanswered) save_later(notes, AGAIN);
	}
}

// The caret stays as far from the end as it was.
function put(field, text) {
	const from_end = field.value.length - field.selectionEnd;
	field.value = text;
	if (document.activeElement === field) field.setSelectionRange(text.length - from_end, text.length - from_end);
}

function field() {
	const text = document.createElement("textarea");
	Object.assign(text, { className: "form-control", rows: 2, placeholder: __("Notes") });
	text.setAttribute("aria-label", __("Notes on this call"));
	return text;
}

function fault() {
	const line = document.createElement("div");
	line.className = "c2c-fault";
	line.setAttribute("role", "alert");
	return line;
}
