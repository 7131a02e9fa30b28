// Opens the wrap-up of a call; its dialog is loaded with the first one.
import { dialogs } from "../dialogs";

export async function wrap_up(wanted, listeners = {}) {
	const { open_wrap_up } = await dialogs();
	open_wrap_up(wanted, listeners);
}
