// The call strip: a small card in the corner that says how the latest call stands, or who is calling. It repeats
// what the server says; before the server has spoken it claims nothing but that it was asked.
import { is_dialog_open, refresh_timeline, say, settings } from "../frappe_desk";
import { follow, forget, watch } from "./follow";
import { hang_up } from "./hang_up";
import { reason_for } from "./override";
import { can_be_wrapped_up, has_ended, look_of } from "./status";
import { build, draw, hide, tick } from "./strip_view";
import { wrap_up } from "./wrap_up";

const GLANCE = 1000; // ms between looks whether a wrap-up that waits would disturb nobody
const LINGER = 60000; // ms a call that has ended stays in sight, for whoever wants to wrap it up

let shown = null;
let ticker = null;
let closing = null;
let offered = null;

// `call_despite` places a refused call again, with a reason.
export function start_strip(call_despite) {
	build({
		on_close: close,
		on_wrap_up: wrap_up_shown,
		on_hang_up: hang_up_shown,
		on_override: () => override_shown(call_despite),
	});
	watch({ on_news: show_followed, on_ring: show_caller, on_quiet: rest, on_close: disappear });
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

// The call in sight, by its button or the shortcut.
export function wrap_up_shown() {
	if (!shown || !can_be_wrapped_up(shown)) return;
	const { call, target } = shown;
	clearTimeout(closing);
	wrap_up({ call, title: target.title || shown.number, is_required: shown.wrap_up === "Required" }, (news) => {
		refresh_timeline(target);
		if (shown?.call === call && has_ended(news)) close();
	});
}

// By itself, once a call, in the tab that is looked at, and not over what somebody is just doing in a dialog.
function offer_wrap_up() {
	const { call, wrap_up: way } = shown || {};
	if (!way || offered === call) return;
	if (document.hidden || is_dialog_open()) return setTimeout(offer_wrap_up, GLANCE);
	offered = call;
	wrap_up_shown();
}

async function override_shown(call_despite) {
	const { target } = shown;
	const reason = await reason_for(shown);
	if (reason) call_despite(target, reason);
}

// Meanwhile news may have come, so what is in sight by then goes on.
async function hang_up_shown() {
	if (shown.is_hanging_up) return;
	const { call, target, since } = shown;
	show({ ...shown, is_hanging_up: true });
	await hang_up(call);
	if (shown?.call !== call) return;
	show({ ...shown, is_hanging_up: false });
	if (!has_ended(shown)) follow({ call, title: target.title, since });
}

export function show_asking(target) {
	const { extension } = settings();
	const number = String(target.shown);
	const message = extension
		? __("Asking your phone {0} to ring: pick up to be connected to {1}", [extension, number])
		: __("Placing the call to {0}", [number]);
	forget();
	show({ status: "Dialing", number, message, target, since: Date.now() });
}

// A reply of the server, to the dial or to a question that came before it.
export function show_news(reply, target) {
	const since = shown?.target === target ? shown.since : Date.now();
	show({ ...reply, target, since });
	if (reply.call && !has_ended(reply)) follow({ call: reply.call, title: target.title, since });
	refresh_timeline(target);
}

export function show_error(error, target) {
	const { message, is_unanswered } = error;
	show({ status: is_unanswered ? "Unknown" : "Failed", number: target.shown, message, is_unanswered, target });
}

function show_followed(news, { call, title, since }) {
	const is_known = shown?.call === call;
	const is_new_status = !is_known || shown.status !== news.status;
	// A recording is there some moments after the end.
	const is_news = is_new_status || shown.has_recording !== news.has_recording;
	const is_answered = is_known && is_new_status && news.status === "In Progress";
	const start = is_answered ? Date.now() : (is_known && shown.since) || since;
	// Why it was not dialed again stays, until there is more to say of the call.
	const notice = is_known && !is_new_status && shown.repeated ? { message: shown.message, repeated: true } : {};
	show({ ...news, ...notice, target: is_known ? shown.target : { title }, since: start });
	if (is_news) refresh_timeline(shown.target);
}

function show(call) {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = call;
	draw(call);
	const is_over = has_ended(call);
	const { is_kept } = look_of(call.status);
	tick(is_over && is_kept ? 0 : call.since);
	if (!is_over && call.since) ticker = setInterval(() => tick(call.since), 1000);
	if (is_over && !is_kept && call.wrap_up !== "Required") closing = setTimeout(close, LINGER);
	offer_wrap_up();
}

// No more news is expected: what is shown may stay, or goes when nobody needs to read it.
function rest() {
	clearInterval(ticker);
	if (shown && !look_of(shown.status).is_kept) closing = setTimeout(close, LINGER);
}

function close() {
	forget();
	disappear();
}

function disappear() {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = null;
	hide();
}
