// What the board needs of the Desk: the day's calls, whether the connection is up, and that a call has changed. What
// changed is not told: each reader asks for what they may see.
const METHOD = "c2c_frappe.api.board.today";
const CALLS = "PBX Call Log";
const CHANGED = "pbx_calls_changed";

export async function read_board() {
	const address = `/api/method/${METHOD}`;
	const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
	if (!response?.ok) throw new Error(__("The board could not be read. Try again in a moment."));
	const at = frappe.datetime.str_to_user(frappe.datetime.now_datetime()).split(" ").slice(1).join(" ");
	return { ...(await response.json()).message, at };
}

export const is_live = () => Boolean(frappe.realtime.socket?.connected);

// Joins those who are told that a call has changed; once more does no harm.
export function listen() {
	if (is_live()) frappe.realtime.doctype_subscribe(CALLS);
}

// Returns what ends it.
export function calls_changed({ on_change, on_connection }) {
	const { socket } = frappe.realtime;
	const on_connect = () => {
		listen();
		on_connection();
	};
	frappe.realtime.on(CHANGED, on_change);
	socket?.on("connect", on_connect);
	socket?.on("disconnect", on_connection);
	// The page goes on being told: the list of calls may be open, and listens too.
	return () => {
		frappe.realtime.off(CHANGED, on_change);
		socket?.off("connect", on_connect);
		socket?.off("disconnect", on_connection);
	};
}

export const call_address = (call) => frappe.utils.get_form_link(CALLS, call);
export const duration = (seconds) => (seconds ? frappe.utils.get_formatted_duration(seconds) : "–");
