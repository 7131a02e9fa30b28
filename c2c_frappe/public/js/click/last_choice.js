// The number last chosen for a record, by the place it stands at; the number itself is not kept.

const KEY = "c2c_frappe:choices";
const KEPT = 200;

// The index of the entry to offer first.
export function last_choice(record, entries) {
	const place = new Map(read()).get(key_of(record));
	return Math.max(0, entries.findIndex((entry, index) => place_of(entry, index) === place));
}

export function remember_choice(record, entries, chosen) {
	const choices = new Map(read());
	choices.delete(key_of(record));
	choices.set(key_of(record), place_of(chosen, entries.indexOf(chosen)));
	localStorage.setItem(KEY, JSON.stringify([...choices].slice(-KEPT)));
}

function read() {
	return JSON.parse(localStorage.getItem(KEY)) || [];
}

function key_of({ reference_doctype, reference_name }) {
	return `${reference_doctype}/${reference_name}`;
}

function place_of({ fieldname, row }, index) {
	return row || `${fieldname}/${index}`;
}
