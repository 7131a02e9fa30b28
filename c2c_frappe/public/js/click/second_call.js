// A click while somebody is on the line: one call more is what the agent wants, or a slip of the hand.
import { open_dialog } from "../frappe_dialog";
import { get } from "../server";
import { hang_up } from "../strip/hang_up";
import { note_talk } from "../strip/waiting";

// Resolves to whether `whom` is to be called while a talk ({call, title}) goes on, or has been ended. Whether it still goes
// on the server knows: its strip may have been closed. Where it cannot say, what was heard last counts.
export async function ask_second_call({ call, title }, whom) {
	const last = { call, status: "In Progress", number: "" };
	const current = await get("state", { call }).catch(() => last);
	if (current.status === "In Progress") return ask(current, current.record?.title || title || current.number, whom);
	note_talk(current);
	return true;
}

function ask(current, title, whom) {
	return new Promise((resolve) => {
		const text = document.createElement("p");
		text.textContent = __("You are talking to {0}. Call {1} too?", [title, whom]);
		const content = current.can_hang_up ? [text, hang_up_button(current, () => end(true))] : [text];
		const end = (is_wanted) => {
			resolve(is_wanted);
			dialog.close();
		};
		const dialog = open_dialog({
			title: __("Another Call"),
			content,
			label: __("Call"),
			act: () => end(true),
			on_open: ({ focus }) => focus(),
			on_close: () => resolve(false),
		});
	});
}

function hang_up_button({ call }, on_ended) {
	const button = document.createElement("button");
	Object.assign(button, { type: "button", className: "btn btn-xs btn-danger c2c-strip-hang-up" });
	button.textContent = __("Hang Up and Call");
	const fault = document.createElement("div");
	fault.setAttribute("role", "alert");
	button.addEventListener("click", async () => {
		button.disabled = true;
		fault.textContent = await hang_up(call);
		button.disabled = false;
		if (!fault.textContent) on_ended();
	});
	const place = document.createElement("div");
	place.append(button, fault);
	return place;
}
