// Which of this user's calls may still be wrapped up: another call, a reload and a closed strip lose none. Shared by the
// user's tabs; no number is kept.
import { user } from "../frappe_desk";

const KEY = "c2c_frappe:wrap_ups";
const KEPT = 10;
const DAY = 86400000; // ms

// Newest first: {call, title, since, user, is_settled}; a settled one is offered no more, and found when asked for.
function read() {
	const found = JSON.parse(localStorage.getItem(KEY)) || [];
	return found.filter((entry) => entry.user === user() && Date.now() - entry.since < DAY);
}

function write(entries) {
	localStorage.setItem(KEY, JSON.stringify(entries.slice(0, KEPT)));
}

export function keep({ call, title, since }) {
	const entries = read();
	if (!entries.some((entry) => entry.call === call)) write([{ call, title, since, user: user() }, ...entries]);
}

export function settle(call) {
	write(read().map((entry) => (entry.call === call ? { ...entry, is_settled: true } : entry)));
}

export function drop(call) {
	write(read().filter((entry) => entry.call !== call));
}

export const latest = () => read()[0];
export const unsettled = () => read().filter((entry) => !entry.is_settled);
