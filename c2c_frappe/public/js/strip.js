// The call strip: a small card in the corner that says how the latest call stands. It repeats what the
// server says; before the server has spoken it claims nothing but that it was asked.
import { follow, forget, watch } from "./follow";
import { reason_for } from "./override";
import { can_be_wrapped_up, look_of } from "./status";
import { build, draw, hide, tick } from "./strip_view";
import { wrap_up } from "./wrap_up";

const LINGER = 60000; // ms a call that has ended stays in sight, for whoever wants to wrap it up

let shown = null;
let ticker = null;
let closing = null;

// `call_despite` places a refused call again, with a reason.
export function start_strip(call_despite) {
	build({ on_close: close, on_wrap_up: wrap_up_shown, on_override: () => override_shown(call_despite) });
	watch({ on_news: show_followed, on_quiet: rest, on_close: disappear });
}

// The call in sight, by its button or the shortcut.
export function wrap_up_shown() {
	if (!shown || !can_be_wrapped_up(shown)) return;
	const { call, target } = shown;
	clearTimeout(closing);
	wrap_up({ call, title: target.title || shown.number }, (news) => {
		refresh_timeline();
		if (shown?.call === call && look_of(news.status).is_final) close();
	});
}

async function override_shown(call_despite) {
	const { target } = shown;
	const reason = await reason_for(shown);
	if (reason) call_despite(target, reason);
}

export function show_asking(target) {
	const { extension } = frappe.boot.c2c;
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
	if (reply.call && !look_of(reply.status).is_final) follow({ call: reply.call, title: target.title, since });
	refresh_timeline();
}

export function show_error(error, target) {
	const { message, is_unanswered } = error;
	show({ status: is_unanswered ? "Unknown" : "Failed", number: target.shown, message, is_unanswered, target });
}

function show_followed(news, { call, title, since }) {
	const is_known = shown?.call === call;
	const is_news = !is_known || shown.status !== news.status;
	const is_answered = is_known && is_news && news.status === "In Progress";
	const start = is_answered ? Date.now() : (is_known && shown.since) || since;
	show({ ...news, target: is_known ? shown.target : { title }, since: start });
	if (is_news) refresh_timeline();
}

function show(call) {
	clearInterval(ticker);
	clearTimeout(closing);
	shown = call;
	draw(call);
	const { is_final, is_kept } = look_of(call.status);
	tick(is_final && is_kept ? 0 : call.since);
	if (!is_final && call.since) ticker = setInterval(() => tick(call.since), 1000);
	if (is_final && !is_kept) closing = setTimeout(close, LINGER);
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

// The record's timeline came with its form; only the form in sight can be stale.
function refresh_timeline() {
	const record = shown.target;
	// nosemgrep: frappe-cur-frm-usage - news come from no form
	const form = cur_frm;
	const is_open = record.reference_name && form?.docname === record.reference_name;
	if (is_open && form.doctype === record.reference_doctype) form.sidebar?.reload_docinfo?.();
}
