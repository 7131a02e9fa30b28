// The search bar (Ctrl-K, Ctrl-G): "Call +44 ..." for what looks like a number. Whether it is one, and may be
// called, the server decides.
import { wrap_search_options } from "../patches";
import { call } from "./call";

const NUMBER = /^\+?[\d\s().\/-]{5,30}$/;
const LEAST_DIGITS = 5;
// Below "Search for": Enter goes on searching, as what is typed may be an invoice's number.
const INDEX = 95;

export function extend_search_bar() {
	wrap_search_options((bar, added, text) => {
		added(text);
		if (looks_like_number(text)) bar.options.push(option(text));
	});
}

function looks_like_number(text) {
	return NUMBER.test(text) && text.replace(/\D/g, "").length >= LEAST_DIGITS;
}

function option(number) {
	return {
		label: __("Call {0}", [`<bdi dir="ltr">${number}</bdi>`]),
		value: __("Call {0}", [number]),
		match: number,
		index: INDEX,
		default: "Call",
		onclick: () => call({ number, shown: number }),
	};
}
