// The call strip: a small card in the corner that says how the latest call stands, or who is calling. It repeats
// what the server says; before the server has spoken it claims nothing but that it was asked.
import { is_covered, is_typing, refresh_timeline, say, settings } from "../frappe_desk";
import { get } from "../server";
import { follow, forget, watch } from "./follow";
import { hang_up } from "./hang_up";
import { reason_for } from "./override";
import { can_be_wrapped_up, has_ended, look_of } from "./status";
import { build, draw, has_focus, hide, tick } from "./strip_view";
import { drop, latest, settle, unsettled } from "./waiting";
import { wrap_up } from "./wrap_up";

const GLANCE = 1000; // ms between looks whether a wrap-up that waits would disturb nobody
const LINGER = 60000; // ms a call that has ended stays in sight, for whoever wants to wrap it up

let shown = null;
let ticker = null;
let closing = null;
let offering = null;
let offered = null;
let last_key = 0;

// `call_despite` places a refused call again, with a reason.
export function start_strip(call_despite) {
	build({
		on_close: close,
		on_wrap_up: (outcome) => wrap_up_shown({ outcome }),
		on_hang_up: hang_up_shown,
		on_override: () => override_shown(call_despite),
	});
	window.addEventListener("keydown", note_key, true);
	watch({ on_news: show_followed, on_other: take_other, on_quiet: rest, on_close: disappear });
}

// A call of this user that this tab does not follow: one that comes in, or one whose strip was closed or made way.
function take_other(news) {
	refresh_timeline(of_record({}, news.record));
	if (news.caller?.is_ringing) show_caller(news);
	else if (news.wrap_up) take_up_earlier();
}

function note_key({ key }) {
	last_key = Date.now();
	if (key !== "Escape" || !shown || is_required(shown) || is_covered()) return;
	// From elsewhere only what is over is closed: of a call under way somebody may want to see the rest.
	const is_asked = has_focus() || (!is_typing() && !look_of(shown.status).is_under_way);
	if (is_asked) close();
}

// A call that comes in takes the strip's place, but not that of a call under way.
function show_caller(news) {
	const [record] = news.caller.records;
	if (!shown || !look_of(shown.status).is_under_way) return show_news(news, target_of(record, news.number));
	say(__("{0} is calling.", [record?.title || news.number]), "blue", 15);
}

function target_of(record, number) {
	if (!record) return { shown: number };
	const { doctype, name, title } = record;
	return { reference_doctype: doctype, reference_name: name, title, shown: number };
}

export const is_shown = () => Boolean(shown);

// The call in sight, or the latest one that was not wrapped up though its strip is gone.
export async function wrap_up_latest() {
	if (shown && can_be_wrapped_up(shown)) return wrap_up_shown({});
	const entry = latest();
	if (!entry) return say(__("There is no call to wrap up."), "blue");
	const news = await get("state", { call: entry.call }).catch(() => ({}));
	wrap_up({ ...entry, title: entry.title || news.number, is_required: is_required(news) });
}

function wrap_up_shown(more) {
	const { call, target, number } = shown;
	clearTimeout(closing);
	const about = { call, title: target.title || number, is_required: is_required(shown), ...more };
	wrap_up(about, {
		on_saved(news) {
			refresh_timeline(target);
			if (shown?.call === call && has_ended(news)) close();
		},
		on_gone: () => shown?.call === call && linger(),
	});
}

function is_required(call) {
	return call.wrap_up === "Required";
}

// By itself, once a call, in the tab that is looked at, over no dialog and no page on which somebody is pressing keys. Who
// is writing finds the outcomes in the strip, and nothing opens.
function offer_wrap_up() {
	clearTimeout(offering);
	const { call, wrap_up: way } = shown || {};
	if (!way || offered === call) return;
	const is_bad_moment = document.hidden || is_covered() || Date.now() - last_key < GLANCE;
	if (is_bad_moment && !is_typing()) return (offering = setTimeout(offer_wrap_up, GLANCE));
	offered = call;
	if (!is_typing()) wrap_up_shown({ is_unasked: true });
}

async function show_outcomes() {
	const { call, wrap_up: way, outcomes } = shown;
	if (!way || outcomes) return;
	shown.outcomes = [];
	const form = await get("wrap_up_form", { call }).catch(() => null);
	if (form && shown?.call === call) draw(Object.assign(shown, { outcomes: form.dispositions }));
}

// A call whose strip made way for another one and that ended meanwhile.
async function take_up_earlier() {
	for (const { call, title, since } of unsettled()) {
		const news = await get("state", { call }).catch(() => null);
		if (shown) return;
		if (news?.wrap_up) return show_news(news, { title, shown: news.number, since });
		if (has_ended(news)) settle(call);
	}
}

async function override_shown(call_despite) {
	const { target } = shown;
	const reason = await reason_for(shown);
	if (reason) call_despite(target, reason);
}

// Meanwhile news may have come, so what is in sight by then goes on. Only that a call was not ended is told here.
async function hang_up_shown() {
	if (shown.is_hanging_up) return;
	const { call, target, since } = shown;
	show({ ...shown, is_hanging_up: true });
	const fault = await hang_up(call);
	if (shown?.call !== call) return;
	show({ ...shown, is_hanging_up: false, notice: fault });
	if (!has_ended(shown)) follow({ call, ...kept(target), since });
}

export function show_asking(target) {
	const { extension } = settings();
	const number = String(target.shown);
	const message = extension
		? __("Calling your phone {0}... Pick up to be connected to {1}.", [extension, number])
		: __("Placing the call to {0}", [number]);
	forget();
	show({ status: "Dialing", number, message, target, since: Date.now() });
}

// A reply of the server, to the dial or to a question that came before it.
export function show_news(reply, asked_for) {
	const since = asked_for.since || (shown?.target === asked_for ? shown.since : Date.now());
	const target = of_record(asked_for, reply.record);
	// Why it was not dialed again stays, until there is more to say of the call.
	show({ ...reply, target, since, told_at: Date.now(), notice: reply.repeated ? reply.message : "" });
	if (reply.call && !has_ended(reply)) follow({ call: reply.call, ...kept(target), since });
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

function show_followed(news, { call, since, ...whom }) {
	const is_known = shown?.call === call;
	const is_new_status = !is_known || shown.status !== news.status;
	// A recording is there some moments after the end.
	const is_news = is_new_status || shown.has_recording !== news.has_recording;
	const start = (is_known && shown.since) || since;
	const target = of_record(is_known ? shown.target : kept(whom), news.record);
	const { outcomes, notice } = is_known ? shown : {};
	show({
		...news,
		target,
		outcomes,
		since: start,
		told_at: Date.now(),
		notice: is_new_status ? "" : notice,
	});
	if (is_news) refresh_timeline(shown.target);
}

function show(call) {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = call;
	if (call.status === "Failed") drop(call.call);
	draw(call);
	const start = start_of(call);
	tick(start);
	if (start && !has_ended(call)) ticker = setInterval(() => tick(start), 1000);
	linger();
	show_outcomes();
	offer_wrap_up();
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

// No more news is expected: what is shown may stay, or goes when nobody needs to read it.
function rest() {
	clearInterval(ticker);
	if (shown && !look_of(shown.status).is_kept) closing = setTimeout(close, LINGER);
}

function close() {
	settle(shown?.call);
	forget();
	disappear();
	take_up_earlier();
}

function disappear() {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = null;
	hide();
}
