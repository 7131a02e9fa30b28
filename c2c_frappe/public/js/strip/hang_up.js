// Ends a call at the PBX. How it ended is news like any other; only that it was not ended is told here.
import { say } from "../frappe_desk";
import { post } from "../server";

export async function hang_up(call) {
	try {
		await post("hang_up", { call });
	} catch ({ message }) {
		say(message, "red");
	}
}
