// Which of a record's numbers? One click or Enter calls; the number taken last time comes focused.
import { open_dialog } from "../frappe_desk";
import { set_text } from "../text";
import { last_choice, remember_choice } from "./last_choice";

// Resolves to the entry chosen, or to nothing when the dialog is closed.
export function choose(record, entries) {
	return new Promise((resolve) => {
		const buttons = entries.map((entry) => button_of(entry));
		const list = element("div", "c2c-choices");
		list.setAttribute("role", "group");
		list.append(...buttons);
		list.addEventListener("keydown", (event) => move(event, buttons));
		buttons.forEach((button, index) =>
			button.addEventListener("click", () => {
				remember_choice(record, entries, entries[index]);
				resolve(entries[index]);
				dialog.close();
			})
		);
		const dialog = open_dialog({
			title: __("Which number of {0}?", [record.title]),
			content: [list],
			on_open: () => buttons[last_choice(record, entries)].focus(),
			on_close: () => resolve(null),
		});
	});
}

function button_of({ label, number, local_time, last_result, do_not_call }) {
	const button = element("button", "c2c-choice");
	button.type = "button";
	const main = element("span", "c2c-choice-main");
	main.append(element("span", "c2c-choice-label", label), element("span", "c2c-choice-number", number, number));
	const facts = element("span", "c2c-choice-facts");
	if (do_not_call) facts.append(element("span", "c2c-pill indicator-pill red", __("Do not call")));
	if (last_result) facts.append(element("span", "", last_result));
	if (local_time) facts.append(element("span", "", __("{0} there", [local_time])));
	button.append(main, facts);
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
