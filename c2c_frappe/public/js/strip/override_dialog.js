// Why is a refusal overruled? Asked for before the call, and kept with it.
import { open_dialog } from "../frappe_dialog";
import { escaped } from "../frappe_desk";

// Resolves to the reason, to "" when the dialog is closed.
export function ask_reason(message) {
	return new Promise((resolve) => {
		const dialog = open_dialog({
			title: __("Call Anyway"),
			fields: [
				{ fieldtype: "HTML", options: escaped(message) },
				{ fieldtype: "Small Text", fieldname: "reason", reqd: 1, label: __("Reason (saved with the call)") },
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
