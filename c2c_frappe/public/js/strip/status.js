// How each status of a call looks and lasts in the strip: the server's table (pbx/calls/status_style.py), which comes at boot.
import { settings } from "../frappe_desk";

// `color` of its pill, and what is true of it: `is_final`, `is_under_way`, `is_waiting`, `is_kept`.
export function look_of(status) {
	return settings().statuses[status] || { color: "gray" };
}

// A call that ended nobody knows how is over too, though its status is Unknown.
export function has_ended(call) {
	return Boolean(call?.is_over || look_of(call?.status).is_final);
}

// There is something to say about a call that was placed.
export function can_be_wrapped_up({ call, status }) {
	return Boolean(call) && status !== "Failed";
}

// This user talked, or does: there may be something to note.
export const has_talk = ({ call, is_others, status }) =>
	Boolean(call) && !is_others && ["In Progress", "Completed"].includes(status);

// A call that came in, and that nobody took.
export const is_missed = ({ caller, status }) =>
	Boolean(caller) && Boolean(look_of(status).is_final) && status !== "Completed";
