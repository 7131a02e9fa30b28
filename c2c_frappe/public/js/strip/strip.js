// The call strip: a small card in the corner that says how the latest call stands, or who is calling. It repeats
// what the server says; before the server has spoken it claims nothing but that it was asked.
import { dialogs } from "../dialogs";
import {
	address_of,
	is_covered,
	is_typing,
	on_realtime,
	refresh_timeline,
	say,
} from "../frappe_desk";
import { get } from "../server";
import { follow, forget, watch } from "./follow";
import { hang_up } from "./hang_up";
import { reason_for } from "./override";
import { can_be_wrapped_up, has_ended, has_talk, is_missed, look_of } from "./status";
import { build, draw, return_focus, has_focus, hide, place_of, tick } from "./strip_view";
import { drop, latest, note_offer, note_talk, settle, unsettled, was_offered } from "./waiting";
import { save_outcome, wrap_up } from "./wrap_up";

const GLANCE = 1000; // ms between looks whether a wrap-up that waits would disturb nobody
const LINGER = 60000; // ms a call that has ended stays in sight, for whoever wants to wrap it up

let shown = null;
let ticker = null;
let closing = null;
let offering = null;
let offered = null;
let last_key = 0;
let listener = null;

// `call_now` places a refused call again, with a reason.
export function start_strip(call_now) {
	build({
		on_close: close,
		on_wrap_up: () => wrap_up_shown({}),
		on_outcome: choose,
		on_hang_up: hang_up_shown,
		on_override: () => override_shown(call_now),
	});
	window.addEventListener("keydown", note_key, true);
	on_realtime("pbx_follow_up", async (told) => (await dialogs()).tell_follow_up(told));
	watch({ on_reply: show_followed, on_other: take_other, on_quiet: rest, on_close: leave });
}

// A call of this user that this tab does not follow: one that comes in, or one whose strip was closed or made way.
function take_other(reply) {
	if (reply.is_gone) return drop(reply.call);
	note_talk(reply);
	refresh_timeline(of_record({}, reply.record));
	if (reply.caller?.is_ringing) show_caller(reply);
	else if (is_missed(reply)) tell_missed(reply);
	else if (reply.wrap_up) take_up_earlier();
}

function note_key({ key }) {
	last_key = Date.now();
	if (key !== "Escape" || !shown || is_required(shown) || is_covered() || is_worked()) return;
	// From elsewhere only what is over is closed: of a call under way somebody may want to see the rest.
	const is_asked = has_focus() || (!is_typing() && !look_of(shown.status).is_under_way);
	if (is_asked) close();
}

// A call that comes in takes the strip's place, but not that of a call under way.
function show_caller(reply) {
	const [record] = reply.caller.records;
	if (!shown || !look_of(shown.status).is_under_way) return show_reply(reply, target_of(record, reply.number));
	say(__("{0} is calling.", [record?.title || reply.number]), "blue", 15);
}

// Told by the reply that ends it, on the page unless the strip says so; the ToDo and the bell keep it.
async function tell_missed(reply) {
	const [record] = reply.caller.records;
	const whom = record?.title || reply.number || __("an unknown number");
	const text = __("Missed call from {0}", [whom]);
	if (shown?.call !== reply.call) say(text, "orange", 15);
	const { show_notice } = await dialogs();
	show_notice(text, record?.url || address_of("PBX Call Log", reply.call));
}

function target_of(record, number) {
	if (!record) return { shown: number };
	const { doctype, name, title } = record;
	return { reference_doctype: doctype, reference_name: name, title, shown: number };
}

export const is_shown = () => Boolean(shown);

// Whoever works a list is told each call in sight as it stands, and then asks for its outcome instead of the strip.
export function tell_calls(tell) {
	listener = tell;
	if (shown) tell?.(shown);
}

export function let_go(call) {
	if (shown?.call === call) close();
}

// The call in sight, or the latest one that was not wrapped up though its strip is gone.
export async function wrap_up_latest() {
	if (shown && can_be_wrapped_up(shown)) return wrap_up_shown({});
	const entry = latest();
	if (!entry) return say(__("There is no call to wrap up."), "blue");
	const reply = await get("state", { call: entry.call }).catch(() => ({}));
	wrap_up({ ...entry, title: entry.title || reply.number, is_required: is_required(reply) });
}

function wrap_up_shown(more) {
	const { call, target, number } = shown;
	clearTimeout(closing);
	const about = { call, title: target.title || number, is_required: is_required(shown), ...more };
	wrap_up(about, {
		// The strip it was opened from goes as well, before the dialog or after it.
		on_saved(reply) {
			take_saved(reply, target);
			return_focus();
		},
		on_gone: () => (shown?.call === call ? linger() : return_focus()),
	});
}

// One press saves an outcome; one that requires a time asks for it first.
async function choose(outcome) {
	const { call, target, timed } = shown;
	if (timed.includes(outcome)) return wrap_up_shown({ outcome });
	try {
		take_saved(await save_outcome(call, outcome), target);
		say(__("Call wrapped up."), "green");
	} catch (error) {
		if (shown?.call === call) show({ ...shown, notice: error.message });
	}
}

function take_saved(reply, target) {
	const { call } = reply;
	refresh_timeline(target);
	listener?.({ call, is_wrapped_up: true });
	if (shown?.call !== call) return;
	if (has_ended(reply)) return close();
	place_of("notes").replaceChildren();
	show_more(shown);
}

const is_of_list = () => Boolean(listener && shown?.entry);
// What is to come of a call under way the list's card waits for.
const is_worked = () => is_of_list() && !has_ended(shown);

function is_required(call) {
	return call.wrap_up === "Required";
}

// By itself, once a call (a required one once a page), in the tab that is looked at, over no dialog and no page on which
// somebody is pressing keys. Who is writing finds the outcomes in the strip, and nothing opens.
function offer_wrap_up() {
	clearTimeout(offering);
	const { call, wrap_up: way } = shown || {};
	if (!way || offered === call || is_of_list() || (was_offered(call) && !is_required(shown))) return;
	const is_bad_moment = document.hidden || is_covered() || Date.now() - last_key < GLANCE;
	if (is_bad_moment && !is_typing()) return (offering = setTimeout(offer_wrap_up, GLANCE));
	offered = call;
	note_offer(call);
	if (!is_typing()) wrap_up_shown({ is_unasked: true });
}

async function show_outcomes() {
	const { call, wrap_up: way, outcomes } = shown;
	if (!way || outcomes || is_of_list()) return;
	shown.outcomes = [];
	const form = await get("wrap_up_form", { call }).catch(() => null);
	if (form && shown?.call === call) draw(Object.assign(shown, { outcomes: form.dispositions, timed: form.timed }));
}

// A call whose strip made way for another one and that ended meanwhile.
async function take_up_earlier() {
	for (const { call, title, since } of unsettled()) {
		const reply = await get("state", { call }).catch(() => null);
		if (shown) return;
		if (reply?.wrap_up) return show_reply(reply, { title, shown: reply.number, since });
		if (has_ended(reply)) settle(call);
	}
}

async function override_shown(call_now) {
	const { target } = shown;
	const reason = await reason_for(shown);
	if (reason) call_now(target, reason);
}

// Meanwhile a reply may have come, so what is in sight by then goes on. Only that a call was not ended is told here.
async function hang_up_shown() {
	if (shown.is_hanging_up) return;
	const { call, target, since } = shown;
	show({ ...shown, is_hanging_up: true });
	const fault = await hang_up(call);
	if (shown?.call !== call) return;
	show({ ...shown, is_hanging_up: false, notice: fault });
	if (!has_ended(shown)) follow({ call, ...kept(target), since });
}

// `extension` is that of the phone that is to ring.
export function show_asking(target, extension) {
	const number = String(target.shown);
	const message = extension
		? __("Calling your phone {0}... Pick up to be connected to {1}.", [extension, number])
		: __("Placing the call to {0}", [number]);
	forget();
	show({ status: "Dialing", number, message, target, since: Date.now() });
}

// A reply of the server, to the dial or to a question that came before it.
export function show_reply(reply, asked_for) {
	const since = asked_for.since || (shown?.target === asked_for ? shown.since : Date.now());
	const target = of_record(asked_for, reply.record);
	// Why it was not dialed again stays, until there is more to say of the call.
	show({ ...reply, target, since, told_at: Date.now(), notice: reply.repeated ? reply.message : "" });
	if (reply.call && !has_ended(reply)) follow({ call: reply.call, ...kept(target), since, is_others: reply.is_others });
	refresh_timeline(target);
}

export function show_error(error, target) {
	const { message, is_unanswered } = error;
	show({ status: is_unanswered ? "Unknown" : "Failed", number: target.shown, message, is_unanswered, target });
}

// Whom a call is with, as the server says it: a list knows a record's name alone, a number that was typed nothing.
function of_record(target, record) {
	if (!record) return target;
	const { doctype: reference_doctype, name: reference_name, contact, title } = record;
	return { ...target, reference_doctype, reference_name, contact, title: title || target.title };
}

// What outlives a reload of whom a call is with; never the number.
function kept({ title, reference_doctype, reference_name, contact }) {
	return { title, reference_doctype, reference_name, contact };
}

// This phone has stopped: a colleague answered, or the next one rings. There is nothing to wrap up here.
function take_down({ call, number, answered_by: colleague }) {
	drop(call);
	forget();
	if (shown?.call !== call) return;
	const { title } = shown.target;
	disappear();
	if (colleague) say(__("{0}: answered by {1}.", [title || number, colleague]), "blue", 15);
}

function show_followed(reply, { call, since, ...whom }) {
	if (reply.is_gone) return take_down(reply);
	const is_known = shown?.call === call;
	// What is to be read here makes way for a call that goes on, and for nothing else of another tab.
	if (!is_known && look_of(shown?.status).is_kept && !look_of(reply.status).is_under_way) return;
	const is_new_status = !is_known || shown.status !== reply.status;
	// A recording is there some moments after the end.
	const is_new = is_new_status || shown.has_recording !== reply.has_recording;
	const start = (is_known && shown.since) || since;
	const target = of_record(is_known ? shown.target : kept(whom), reply.record);
	const { outcomes, timed, notice } = is_known ? shown : {};
	show({
		...reply,
		target,
		outcomes,
		timed,
		since: start,
		told_at: Date.now(),
		notice: is_new_status ? "" : notice,
	});
	if (is_new) refresh_timeline(shown.target);
	if (is_new_status && is_missed(reply)) tell_missed(reply);
}

function show(call) {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = call;
	if (call.status === "Failed") drop(call.call);
	note_talk(call);
	draw(call);
	const start = start_of(call);
	tick(start);
	if (start && !has_ended(call)) ticker = setInterval(() => tick(start), 1000);
	linger();
	show_outcomes();
	show_more(call);
	offer_wrap_up();
	listener?.(call);
}

// Notes while talking, and what an incoming call offers besides.
async function show_more({ call, caller, status }) {
	if (!has_talk(shown) && !caller) return;
	const { draw_caller, offer_call_back, offer_notices, show_notes } = await dialogs();
	if (shown?.call !== call || shown.status !== status) return;
	if (caller) draw_caller(place_of("caller"), shown);
	if (has_talk(shown)) show_notes(place_of("notes"), call);
	if (!is_missed(shown)) return;
	offer_call_back(place_of("caller"), shown);
	offer_notices(place_of("caller"));
}

// From when on the time runs: the talk's by the server's clock, which stands still once the call is over; until there is
// an answer from the click on. Of a call nobody answered there is none, nor where nobody knows whether it goes on.
function start_of(call) {
	const { status, talk_seconds, told_at, since } = call;
	const is_over = has_ended(call);
	if (typeof talk_seconds === "number") return (is_over ? Date.now() : told_at) - talk_seconds * 1000;
	return is_over || status === "In Progress" || !look_of(status).is_under_way ? 0 : since;
}

function linger() {
	clearTimeout(closing);
	const goes = has_ended(shown) && !look_of(shown.status).is_kept && !is_required(shown);
	if (goes) closing = setTimeout(close, LINGER);
}

// No more is expected: what is shown may stay, or goes when nobody needs to read it.
function rest() {
	clearInterval(ticker);
	if (shown && !look_of(shown.status).is_kept) closing = setTimeout(close, LINGER);
}

// Another tab closed its strip, or went on to another call.
function leave(call) {
	if (shown?.call === call) disappear();
}

function close() {
	settle(shown?.call);
	forget(shown?.call || "");
	disappear();
	take_up_earlier();
}

function disappear() {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = null;
	hide();
}
