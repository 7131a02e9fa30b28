// A question with a few answers, one key away: the browser's own radio buttons, drawn as pills.
import { set_text } from "../text";

// Returns {element, value(), focus()}; an answer is taken back by Delete. `colors` has Frappe's name of one by answer.
export function radio_group(question, answers, chosen, colors = {}) {
	const group = document.createElement("fieldset");
	group.className = "c2c-radios";
	const legend = document.createElement("legend");
	set_text(legend, question);
	// One that was since disabled is still this call's.
	const offered = chosen && !answers.includes(chosen) ? [...answers, chosen] : answers;
	group.append(legend, ...offered.map((answer) => pill(answer, answer === chosen, colors[answer])));
	group.addEventListener("keydown", ({ key }) => {
		if (key === "Delete" || key === "Backspace") clear(group);
	});
	return {
		element: group,
		value: () => checked(group)?.value || "",
		focus: () => (checked(group) || group.querySelector("input"))?.focus(),
	};
}

function pill(answer, is_chosen, color) {
	const label = document.createElement("label");
	const input = document.createElement("input");
	Object.assign(input, { type: "radio", name: "c2c-outcome", value: answer, checked: is_chosen });
	const text = document.createElement("span");
	text.className = color ? `indicator ${color}` : "";
	set_text(text, __(answer));
	label.append(input, text);
	return label;
}

function checked(group) {
	return group.querySelector("input:checked");
}

function clear(group) {
	const input = checked(group);
	if (input) input.checked = false;
}
