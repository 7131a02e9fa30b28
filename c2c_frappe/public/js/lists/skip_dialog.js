// Why an entry is skipped: a few words, and the usual ones a press away.
import { open_dialog } from "../frappe_dialog";

const usual = () => [__("Wrong number"), __("Already a customer"), __("Spoke to them elsewhere"), __("Not a fit")];

// `skip(reason)` does it; what keeps it from being done stays in the dialog.
export function ask_reason(whom, skip) {
	const dialog = open_dialog({
		title: __("Skip {0}", [whom]),
		fields: [
			{ fieldtype: "Data", fieldname: "reason", label: __("Reason"), reqd: 1 },
			{ fieldtype: "HTML", fieldname: "usual" },
		],
		parts: { usual: buttons((reason) => send(reason)) },
		label: __("Skip"),
		act: ({ reason }) => send(reason),
		on_open: ({ body }) => body.querySelector("input").focus(),
	});
	async function send(reason) {
		dialog.set_busy(true);
		dialog.say_fault("");
		try {
			await skip(reason);
			dialog.close();
		} catch (error) {
			dialog.say_fault(error.message);
			dialog.set_busy(false);
		}
	}
}

function buttons(choose) {
	const group = document.createElement("div");
	group.className = "c2c-presets";
	for (const reason of usual()) {
		const button = document.createElement("button");
		Object.assign(button, { type: "button", className: "btn btn-xs btn-default", textContent: reason });
		button.addEventListener("click", () => choose(reason));
		group.append(button);
	}
	return group;
}
