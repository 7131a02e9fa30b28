// Calling despite a refusal, where the server said that this user may: at once when a PBX only rests, with a
// reason when somebody's wish is overruled. The server checks both again.
import { dialogs } from "../dialogs";

const LABELS = { now: () => __("Try Now"), reason: () => __("Call Anyway") };

export function override_label({ override }) {
	return LABELS[override]?.() || "";
}

// Resolves to the reason to send along, to nothing when the user thought better of it.
export async function reason_for({ override, message }) {
	return override === "now" ? override_label({ override }) : (await dialogs()).ask_reason(message);
}
