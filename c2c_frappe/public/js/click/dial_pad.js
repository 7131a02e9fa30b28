// The dial pad's doors: buttons on the home and above the list of calls, the search bar by its name, and a shortcut that
// Frappe's help lists. Its dialog (dial_pad_dialog.js) is loaded when it is first opened.
import { dialogs } from "../dialogs";
import { add_shortcut, make_searchable } from "../frappe_desk";
import { call } from "./call";

export function offer_dial_pad() {
	make_searchable(open, __("Dial Pad"));
	add_shortcut("alt+shift+d", __("Dial a Number"), () => void open());
	window.addEventListener("c2c-dial", open);
}

async function open() {
	const { open_dial_pad } = await dialogs();
	open_dial_pad(call);
}
