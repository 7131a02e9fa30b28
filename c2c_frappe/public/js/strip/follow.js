// News of the latest call: by realtime, and by asking while none comes. Which call it is outlives a reload
// and is shared by this user's tabs; its number is never kept in the browser.
import { on_realtime, user } from "../frappe_desk";
import { get } from "../server";
import { has_ended } from "./status";
import { keep } from "./waiting";

const KEY = "c2c_frappe:call";
const DAY = 86400000; // ms
// Seconds between questions, from the last reply on; after the last one a silent PBX is left alone.
const PAUSES = [2, 3, 5, 8, 12, 20, 30, 40];

let followed = null;
let listener = null;
let timer = null;

// `on_reply` gets the server's words and the call they are about, `on_other` those about another call, `on_quiet`
// nothing when no more will come, `on_close` the call whose strip another tab closed.
export function watch(listeners) {
	listener = listeners;
	on_realtime("pbx_call", hear);
	window.addEventListener("storage", ({ key }) => key === KEY && take_up());
	take_up();
}

export function follow(call) {
	localStorage.setItem(KEY, JSON.stringify({ ...call, user: user() }));
	keep(call);
	begin(call, PAUSES[0]);
}

// Of a named call only: of another one that is followed it is time to hear.
export function forget(call = followed?.call) {
	clearTimeout(timer);
	if (followed && followed.call !== call) return begin(followed, 0);
	followed = null;
	localStorage.removeItem(KEY);
}

// What this user's other tabs, or this one before a reload, were following.
function take_up() {
	const call = JSON.parse(localStorage.getItem(KEY));
	const is_mine = call && call.user === user() && Date.now() - call.since < DAY;
	if (is_mine) return begin(call, 0);
	clearTimeout(timer);
	if (followed) listener.on_close(followed.call);
	followed = null;
}

function begin(call, pause) {
	followed = call;
	ask_later(pause, 0);
}

function hear(reply) {
	if (reply.call !== followed?.call) return listener.on_other(reply);
	followed.is_others = reply.is_others;
	listener.on_reply(reply, followed);
	if (followed) go_on(reply, 0);
}

function ask_later(seconds, asked) {
	clearTimeout(timer);
	timer = setTimeout(() => ask(asked), seconds * 1000);
}

async function ask(asked) {
	if (document.hidden) return ask_later(PAUSES[0], asked);
	const { call } = followed;
	const asked_at = timer;
	// A colleague's call rings here too: only what is told says how it stands.
	const reply = followed.is_others ? null : await get("state", { call }).catch(() => null);
	// What was told meanwhile is newer.
	if (followed?.call !== call || timer !== asked_at) return;
	if (reply) listener.on_reply(reply, followed);
	go_on(reply, asked + 1);
}

function go_on(reply, asked) {
	clearTimeout(timer);
	timer = null;
	if (!followed || has_ended(reply)) return;
	const is_talking = reply?.status === "In Progress";
	if (asked < PAUSES.length || is_talking) ask_later(PAUSES[Math.min(asked, PAUSES.length - 1)], asked);
	else listener.on_quiet();
}
