// Calling despite a refusal, where the server said that this user may: at once when a PBX only rests, with a
// reason when somebody's wish is overruled. The server checks both again.
import { escaped, open_dialog } from "../frappe_desk";

const LABELS = { now: () => __("Try now"), reason: () => __("Call anyway") };

export function override_label({ override }) {
	return LABELS[override]?.() || "";
}

// Resolves to the reason to send along, to nothing when the user thought better of it.
export async function reason_for({ override, message }) {
	return override === "now" ? override_label({ override }) : ask(message);
}

function ask(message) {
	return new Promise((resolve) => {
		const dialog = open_dialog({
			title: __("Call anyway"),
			fields: [
				{ fieldtype: "HTML", options: escaped(message) },
				{ fieldtype: "Small Text", fieldname: "reason", reqd: 1, label: __("Reason, kept with the call") },
			],
			label: __("Call"),
			act: ({ reason }) => {
				resolve(reason);
				dialog.close();
			},
			on_close: () => resolve(""),
		});
	});
}
