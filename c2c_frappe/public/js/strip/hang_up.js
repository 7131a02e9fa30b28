// Asks the PBX to end a call. That it ended is an event like any other; why it could not be ended is returned as a sentence.
import { post } from "../server";

export function hang_up(call) {
	return post("hang_up", { call }).then(
		() => "",
		({ message }) => message
	);
}
