// How each status of a call looks and lasts in the strip: the server's table (pbx/calls/looks.py), which comes at boot.
import { settings } from "../frappe_desk";

// `color` of its pill, and what is true of it: `is_final`, `is_under_way`, `is_waiting`, `is_kept`.
export function look_of(status) {
	return settings().statuses[status] || { color: "gray" };
}

// There is something to say about a call that was placed.
export function can_be_wrapped_up({ call, status }) {
	return Boolean(call) && status !== "Failed";
}
