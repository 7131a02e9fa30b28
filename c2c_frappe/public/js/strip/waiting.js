// Which of this user's calls may still be wrapped up: another call, a reload and a closed strip lose none. Shared by the
// user's tabs; no number is kept.
import { user } from "../frappe_desk";

const KEY = "c2c_frappe:wrap_ups";
const KEPT = 10;
const DAY = 86400000; // ms

// Newest first: {call, title, since, user, is_settled, is_offered, is_talk}; a settled one is offered no more, and found when
// asked for, an offered one opens no wrap-up by itself again, and `is_talk` is true of one in which this user talks, as far
// as was heard.
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

const mark = (call, marks) =>
	write(read().map((entry) => (entry.call === call ? { ...entry, ...marks } : entry)));

export const settle = (call) => mark(call, { is_settled: true });
export const note_offer = (call) => mark(call, { is_offered: true });

export const note_talk = ({ call, status, is_others }) => mark(call, { is_talk: status === "In Progress" && !is_others });

export function drop(call) {
	write(read().filter((entry) => entry.call !== call));
}

export const was_offered = (call) => read().some((entry) => entry.call === call && entry.is_offered);
export const latest = () => read()[0];
export const current_talk = () => read().find(({ is_talk }) => is_talk);
export const unsettled = () => read().filter((entry) => !entry.is_settled);
