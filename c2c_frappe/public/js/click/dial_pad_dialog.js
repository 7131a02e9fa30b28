// The dial pad: a number that is typed, tapped, or among those called last. Whose it is, and whether it may be called, is
// the server's to say; a number it cannot read stays in the pad, with the reason.
import { settings } from "../frappe_desk";
import { open_dialog } from "../frappe_dialog";
import { get } from "../server";
import { device_link } from "./device_call";
import { my_phone } from "./my_phone";
import { phone_select } from "./phone_choice";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "⌫"];
const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ" };
// Milliseconds without a key before the server is asked whose the number is, and digits below which it is not.
const PAUSE = 300;
const FEWEST_DIGITS = 7;

let is_open = false;

// `call` places the call.
export function open_dial_pad(call) {
	if (is_open) return;
	is_open = true;
	const input = number_input(() => dialog.press());
	const person = line("c2c-pad-person");
	person.setAttribute("role", "status");
	const recent = line("c2c-pad-recent");
	show_person_of(input, person);
	const leave = (target) => {
		dialog.close();
		call(target);
	};
	const dial = (from_device) =>
		dial_entered(input, dialog, (number) => leave({ number, shown: number, from_device }));
	const dialog = open_dialog({
		title: __("Dial a Number"),
		content: [input, person, pad(input), ...phone_select(), ...by_device(() => dial(true))],
		label: __("Call"),
		act: () => dial(),
		on_open: () => input.focus(),
		on_gone: () => (is_open = false),
	});
	// After what a number is refused for, which they would push out of sight.
	dialog.body.append(recent);
	offer_recent(recent, leave);
}

// Only what can be read leaves the pad: a typing error is corrected where it was made.
async function dial_entered(input, dialog, go_on) {
	const number = input.value.trim();
	if (!number) return input.focus();
	dialog.set_busy(true);
	// Without an answer the call itself says what is wrong.
	const { message } = await get("owners", { number }).catch(() => ({}));
	dialog.set_busy(false);
	if (!message) return go_on(number);
	dialog.say_fault(message);
	input.setAttribute("aria-invalid", "true");
	input.focus();
}

function by_device(on_press) {
	if (!settings().device_calls) return [];
	const button = device_link();
	button.addEventListener("click", on_press);
	return [button];
}

function show_person_of(input, person) {
	let timer = null;
	input.addEventListener("input", () => {
		clearTimeout(timer);
		person.textContent = "";
		input.removeAttribute("aria-invalid");
		timer = setTimeout(() => name_person(input, person), PAUSE);
	});
}

async function name_person(input, person) {
	const number = input.value.trim();
	if (number.replace(/\D/g, "").length < FEWEST_DIGITS) return;
	const args = { number, phone: my_phone().row || "" };
	const { records = [], line } = await get("owners", args).catch(() => ({}));
	const names = records.map(({ title }) => title).join(", ");
	// Another key may have been pressed meanwhile.
	if (input.value.trim() === number) person.textContent = [names, line].filter(Boolean).join(" · ");
}

async function offer_recent(place, leave) {
	const numbers = await get("recent_numbers", {}).catch(() => []);
	if (!numbers.length) return;
	place.setAttribute("role", "group");
	place.setAttribute("aria-label", __("Recent Numbers"));
	place.append(...numbers.map((entry) => recent_button(entry, leave)));
}

function recent_button(entry, leave) {
	const { number, title, ...where } = entry;
	const button = document.createElement("button");
	button.type = "button";
	button.className = "c2c-choice";
	const shown = document.createElement("bdi");
	shown.textContent = number;
	button.append(...(title ? [title, " "] : []), shown);
	button.addEventListener("click", () => leave({ ...where, number, shown: number, title }));
	return button;
}

function line(class_name) {
	const element = document.createElement("div");
	element.className = class_name;
	return element;
}

function number_input(on_enter) {
	const input = document.createElement("input");
	Object.assign(input, { type: "tel", dir: "ltr", autocomplete: "off" });
	input.className = "form-control c2c-pad-number";
	input.setAttribute("aria-label", __("Number"));
	input.addEventListener("keydown", ({ key }) => {
		if (key === "Enter") on_enter();
	});
	return input;
}

function pad(input) {
	const keys = document.createElement("div");
	keys.className = "c2c-pad";
	keys.dir = "ltr";
	for (const key of KEYS) keys.append(key_button(key, () => press(input, key)));
	return keys;
}

function key_button(key, on_press) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "c2c-pad-key";
	button.append(key);
	if (key === "⌫") button.setAttribute("aria-label", __("Delete the last digit"));
	const letters = document.createElement("small");
	letters.textContent = LETTERS[key] || "";
	letters.setAttribute("aria-hidden", "true");
	button.append(letters);
	button.addEventListener("click", on_press);
	return button;
}

// At the cursor, as a key of the keyboard would.
function press(input, key) {
	const { selectionStart: start, selectionEnd: end } = input;
	if (key !== "⌫") input.setRangeText(key, start, end, "end");
	else input.setRangeText("", start === end ? Math.max(0, start - 1) : start, end, "end");
	input.dispatchEvent(new Event("input"));
}
