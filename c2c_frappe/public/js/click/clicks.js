// The one listener for every number on a page. It acts before ERPNext's own, so one click is one call.
import { call, call_record } from "./call";
import { target_of } from "./target";

const NUMBERS = ".phone-btn, a[href^='tel:'], [data-c2c-doctype]";

export function listen_for_clicks() {
	document.addEventListener("click", on_click, true);
}

function on_click(event) {
	const element = event.target.closest?.(NUMBERS);
	// With a key held down, or another button, the click is the browser's own.
	if (!element || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
	const target = target_of(element);
	if (!target) return;
	event.preventDefault();
	event.stopImmediatePropagation();
	if (event.detail < 2) (is_whole_record(target) ? call_record : call)(target);
}

function is_whole_record({ reference_name, fieldname, number }) {
	return Boolean(reference_name) && !fieldname && !number;
}
