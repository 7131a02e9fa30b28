// Opens the wrap-up of a call, or saves an outcome alone; its dialog is loaded with the first one. Notes being typed are
// saved before it reads them.
import { dialogs } from "../dialogs";
import { post } from "../server";
import { drop } from "./waiting";

export async function wrap_up(wanted, listeners = {}) {
	const { flush_notes, open_wrap_up } = await dialogs();
	await flush_notes();
	open_wrap_up(wanted, listeners);
}

// Resolves to the server's words about the call. What others wrote of it stays.
export async function save_outcome(call, disposition) {
	await (await dialogs()).flush_notes();
	const reply = await post("wrap_up", { call, disposition, notes: "", before: "" });
	drop(call);
	return reply;
}
