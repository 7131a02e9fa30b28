// The one listener for every number on a page. It acts before ERPNext's own, so one click is one call.
import { take_clicks } from "../patches";
import { call, call_record } from "./call";
import { target_of } from "./target";

const OURS = ".c2c-icon, .c2c-button, .c2c-strip, .c2c-list, .c2c-dialog button, .c2c-radios";
const NUMBERS = ".phone-btn, a[href^='tel:']:not([data-c2c-device]), [data-c2c-doctype]";

export function listen_for_clicks() {
	take_clicks(NUMBERS, place_call);
	// A key that is held down is pressed once, whatever has the focus by then.
	document.addEventListener("keydown", ignore_held, true);
}

function ignore_held(event) {
	if (event.repeat && event.key === "Enter" && event.target.closest?.(OURS)) event.preventDefault();
}

// Returns whether the click was ours; of a double click the second one is, too, and calls nobody.
function place_call(element, event) {
	// With a key held down, or another button, the click is the browser's own.
	if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
	const target = target_of(element);
	if (target && event.detail < 2) (is_whole_record(target) ? call_record : call)(target);
	return Boolean(target);
}

function is_whole_record({ reference_name, fieldname, number }) {
	return Boolean(reference_name) && !fieldname && !number;
}
