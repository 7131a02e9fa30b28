// Calling despite a refusal, where the server said that this user may: at once when a PBX only rests, with a
// reason when somebody's wish is overruled. The server checks both again.

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
		const dialog = new frappe.ui.Dialog({
			title: __("Call anyway"),
			size: "small",
			fields: [
				{ fieldtype: "HTML", options: frappe.utils.escape_html(message) },
				{ fieldtype: "Small Text", fieldname: "reason", reqd: 1, label: __("Reason, kept with the call") },
			],
			primary_action_label: __("Call"),
			primary_action: ({ reason }) => {
				resolve(reason);
				dialog.hide();
			},
			on_hide: () => resolve(""),
		});
		dialog.fields_dict.reason.$input.attr("aria-label", __("Reason, kept with the call"));
		dialog.$wrapper.addClass("c2c-dialog");
		dialog.$wrapper.on("hidden.bs.modal", () => dialog.$wrapper.remove());
		dialog.show();
	});
}
