// Dialogs that are loaded when the first of them is used, and not at boot: the wrap-up and the dial pad.
import { load } from "./frappe_desk";

const BUNDLE = "c2c_dialogs.bundle.js";

let loading = null;

export async function dialogs() {
	loading ||= load(BUNDLE);
	await loading;
	return window.c2c_dialogs;
}
