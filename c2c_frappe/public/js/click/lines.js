// Which line a call would take, where there are several: asked when the pointer or the focus comes to what calls, and shown
// as its tooltip. Places no call.
import { settings } from "../frappe_desk";
import { get } from "../server";
import { current_record } from "./form_button";
import { my_phone } from "./my_phone";
import { target_of } from "./target";

const ICONS = ".c2c-icon, .phone-btn, a[href^='tel:']:not([data-c2c-device])";
const BUTTON = ".c2c-button:not(.c2c-strip-override)";
// Milliseconds a pointer rests on what it is about to press, and for which an answer holds.
const REST = 150;
const VALID = 60000;

const answers = new Map();

export function show_lines() {
	if (!settings().lines) return;
	let timer = null;
	const look = ({ target }) => {
		clearTimeout(timer);
		const element = target.closest?.(`${ICONS}, ${BUTTON}`);
		if (element) timer = setTimeout(() => show_line(element), REST);
	};
	document.addEventListener("pointerover", look);
	document.addEventListener("focusin", look);
}

async function show_line(element) {
	const target = element.matches(ICONS) ? target_of(element) : current_record();
	if (!target?.reference_name && !target?.number) return;
	const line = await line_of(target);
	const name = (element.dataset.c2cLabel ??= element.title);
	element.title = [name, line].filter(Boolean).join("\n");
	if (line) element.setAttribute("aria-description", line);
	else element.removeAttribute("aria-description");
}

// Several numbers that would take different lines say so in the chooser.
async function line_of(target) {
	const { row: phone = "" } = my_phone();
	const lines = target.reference_name
		? (await numbers_of(target, phone)).filter((entry) => is_meant(entry, target)).map(({ line }) => line)
		: [(await ask("owners", { number: target.number, phone })).line];
	return new Set(lines).size === 1 ? lines[0] : "";
}

async function numbers_of({ reference_doctype: doctype, reference_name: name }, phone) {
	return (await ask("numbers", { doctype, name, phone })).numbers || [];
}

function is_meant(entry, { fieldname, row, number }) {
	if (fieldname) return entry.fieldname === fieldname && (entry.row || "") === (row || "");
	return !number || digits(entry.number) === digits(number);
}

const digits = (text) => String(text).replace(/\D/g, "");

function ask(method, args) {
	const key = JSON.stringify([method, args]);
	const known = answers.get(key);
	if (known && Date.now() - known.at < VALID) return known.answer;
	// Without an answer the call itself says what is wrong.
	const answer = get(method, args).catch(() => ({}));
	answers.set(key, { answer, at: Date.now() });
	return answer;
}
