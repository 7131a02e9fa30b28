// How each status of a call looks and lasts in the strip. What a status means is the server's.

const STATUSES = {
	Dialing: { colour: "gray" },
	Requested: { colour: "blue", is_waiting: true },
	Unconfirmed: { colour: "orange", is_kept: true, is_waiting: true },
	Unknown: { colour: "orange", is_kept: true },
	Ringing: { colour: "blue" },
	"In Progress": { colour: "green" },
	Completed: { colour: "green", is_final: true },
	"No Answer": { colour: "orange", is_final: true },
	Busy: { colour: "orange", is_final: true },
	Canceled: { colour: "gray", is_final: true },
	Failed: { colour: "red", is_final: true, is_kept: true },
};

// `is_kept`: stays in sight until somebody has read it and closes it.
// `is_waiting`: the agent's phone may ring at any moment.
export function look_of(status) {
	return STATUSES[status] || { colour: "gray" };
}

// Somebody waits or talks: nothing else takes its place.
export function is_under_way(status) {
	return ["Dialing", "Requested", "Ringing", "In Progress"].includes(status);
}

// There is something to say about a call that was placed.
export function can_be_wrapped_up({ call, status }) {
	return Boolean(call) && status !== "Failed";
}
