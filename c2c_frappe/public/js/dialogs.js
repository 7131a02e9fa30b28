// What is loaded when the first of it is used, and not at boot: dialogs, the dial pad, notes, desktop notices.
import { load } from "./frappe_desk";

const BUNDLES = ["c2c_dialogs.bundle.js", "c2c_dialogs.bundle.css"];

let loading = null;

export async function dialogs() {
	loading ||= load(BUNDLES);
	await loading;
	return window.c2c_dialogs;
}
