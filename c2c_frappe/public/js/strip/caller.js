// Who is calling, in the strip: the records with the number, each a link, or the way to enter a new one.
import { enter_new } from "../frappe_desk";

export function draw_caller(place, { caller, number }) {
	place.replaceChildren(...(caller ? rows(caller, number) : []));
}

function rows({ records, new: place }, number) {
	if (place) return [text(__("No record has this number.")), new_button(place, number)];
	return records.map(({ type, title, url }) => {
		const row = text(`${type} `);
		const link = document.createElement("a");
		link.href = url;
		link.textContent = title;
		row.append(link);
		return row;
	});
}

function text(words) {
	const line = document.createElement("div");
	line.textContent = words;
	return line;
}

function new_button(place, number) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "btn btn-xs btn-default";
	button.textContent = __("Create {0}", [place.type]);
	button.addEventListener("click", () => enter_new(place, number));
	return button;
}
