// The dial pad: a number that is on no record, typed or tapped. Whether it may be called is the server's.
import { open_dialog } from "../frappe_desk";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "⌫"];
const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ" };

let is_open = false;

// `call` places the call.
export function open_dial_pad(call) {
	if (is_open) return;
	is_open = true;
	const input = number_input(() => dialog.press());
	const dialog = open_dialog({
		title: __("Dial a number"),
		content: [input, pad(input)],
		label: __("Call"),
		act: () => {
			const number = input.value.trim();
			if (!number) return input.focus();
			dialog.close();
			call({ number, shown: number });
		},
		on_open: () => input.focus(),
		on_gone: () => (is_open = false),
	});
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
}
