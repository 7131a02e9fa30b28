// A phone icon that is a button: a name for a screen reader, and the keyboard reaches it. Whoever draws it says where.
import { icon } from "../frappe_desk";

export function icon_button(label, class_name) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = `c2c-icon ${class_name}`;
	button.title = label;
	button.setAttribute("aria-label", label);
	button.innerHTML = icon("call");
	return button;
}
