// Which of a record's numbers? One click or Enter calls; the number taken last time comes focused.
import { open_dialog } from "../frappe_dialog";
import { set_text } from "../text";
import { device_link } from "./device_call";
import { last_choice, remember_choice } from "./last_choice";

// Resolves to the entry chosen, with `from_device` where the device is to call it, or to nothing when the dialog is closed.
export async function choose(record, entries) {
	const title = __("Which number of {0}?", [record.title]);
	const ways = entries.flatMap(ways_of);
	const last = ways.findIndex(({ entry }) => entry === entries[last_choice(record, entries)]);
	const index = await pick(title, ways.map(({ button }) => button), last);
	if (index === null) return null;
	const { entry, from_device } = ways[index];
	remember_choice(record, entries, entry);
	return { ...entry, from_device };
}

// By the phone at the PBX, and where the server says so by the device the page is seen on.
function ways_of(entry) {
	const ways = [{ entry, button: button_of(entry) }];
	if (!entry.by_device) return ways;
	const button = device_link();
	button.title = entry.number;
	return [...ways, { entry, button, from_device: true }];
}

// Resolves to what is to be called, {} for a number that is to be nobody's, or to nothing when the dialog is closed.
export async function choose_owner(number, records) {
	const buttons = records.map(({ title, type }) => button_of({ label: title, last_result: type }));
	buttons.push(button_of({ label: __("None of These") }));
	const index = await pick(__("Whose number is {0}?", [number]), buttons, 0);
	if (index === null) return null;
	const chosen = records[index];
	return chosen ? { reference_doctype: chosen.doctype, reference_name: chosen.name, title: chosen.title } : {};
}

// Resolves to the index of the button pressed, or to null.
export function pick(title, buttons, first) {
	return new Promise((resolve) => {
		const list = element("div", "c2c-choices");
		list.setAttribute("role", "group");
		list.append(...buttons);
		list.addEventListener("keydown", (event) => move(event, buttons));
		buttons.forEach((button, index) =>
			button.addEventListener("click", () => {
				resolve(index);
				dialog.close();
			})
		);
		const dialog = open_dialog({
			title,
			content: [list],
			on_open: () => buttons[first].focus(),
			on_close: () => resolve(null),
		});
	});
}

export function button_of({ label, number, local_time, last_result, do_not_call, line }) {
	const button = element("button", "c2c-choice");
	button.type = "button";
	const main = element("span", "c2c-choice-main");
	main.append(element("span", "c2c-choice-label", label), element("span", "c2c-choice-number", number, number));
	const facts = element("span", "c2c-choice-facts");
	if (do_not_call) facts.append(element("span", "c2c-pill indicator-pill red", __("Do Not Call")));
	if (last_result) facts.append(element("span", "", last_result));
	if (local_time) facts.append(element("span", "", __("{0} there", [local_time])));
	button.append(main, facts);
	if (line) button.append(element("span", "c2c-choice-line", line));
	return button;
}

function element(tag, class_name, text, number) {
	const made = document.createElement(tag);
	made.className = class_name;
	set_text(made, text, number);
	return made;
}

function move(event, buttons) {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (!step) return;
	event.preventDefault();
	const at = buttons.indexOf(document.activeElement);
	buttons[(at + step + buttons.length) % buttons.length].focus();
}
