// Who is calling, in the strip: the records with the number, each a link, or the way to enter a new one; of a missed call
// the way to call back.
import { enter_new } from "../frappe_desk";

// What stands there already is left alone, and with it the focus.
export function draw_caller(place, { call, caller, number }) {
	const drawn = JSON.stringify([call, caller.records]);
	if (place.childElementCount && place.dataset.drawn === drawn) return;
	place.dataset.drawn = drawn;
	place.replaceChildren(...rows(caller, number));
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

// A click is taken as that on any number: of a record by its name, and by the number only where it is not masked.
export function offer_call_back(place, { number, target }) {
	if (place.querySelector(".c2c-button")) return;
	const { reference_doctype: doctype, reference_name: name, title = "" } = target;
	// A mask has letters, and so has a number that was withheld.
	const is_whole = /\d/.test(number) && !/\p{L}/u.test(number);
	if (!name && !is_whole) return;
	const control = document.createElement(name ? "button" : "a");
	control.className = "c2c-button btn btn-xs btn-primary";
	control.textContent = __("Call Back");
	if (name) Object.assign(control.dataset, { c2cDoctype: doctype, c2cName: name, c2cTitle: title });
	if (name && is_whole) control.dataset.c2cNumber = number;
	if (!name) control.href = `tel:${encodeURIComponent(number)}`;
	const line = document.createElement("div");
	line.append(control);
	place.append(line);
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
