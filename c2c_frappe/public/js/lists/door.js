// The door to working a list: what does it is loaded when a list is worked, and not at boot. Which list that is outlives a
// reload and is shared by this user's tabs.
import { call_now } from "../click/call";
import { load, user } from "../frappe_desk";
import { let_go, tell_calls } from "../strip/strip";
import { KEY } from "./kept";

const BUNDLES = ["c2c_list.bundle.js", "c2c_list.bundle.css"];

export function offer_lists() {
	window.addEventListener("c2c-list", ({ detail }) => open_lists(detail));
	window.addEventListener("storage", ({ key }) => key === KEY && take_up());
	take_up();
}

function take_up() {
	if (localStorage[KEY]?.includes(user())) open_lists({});
}

// `list` is worked from now on, else that of before a reload or of another tab; what `view` shows is to become one.
export async function open_lists(wanted) {
	await load(BUNDLES);
	window.c2c_list({ call_now, let_go, tell_calls }, wanted);
}
