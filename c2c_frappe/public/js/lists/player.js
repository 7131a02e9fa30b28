// Working a list, one call at a time: who is next, the call, what came of it. Nothing here dials: the agent presses
// Call. Which entry is whose, and whether it may be called, the server decides; the call is the strip's.
import { dialogs } from "../dialogs";
import { add_shortcut, is_typing, show_form } from "../frappe_desk";
import { get, post } from "../server";
import { can_be_wrapped_up } from "../strip/status";
import { save_outcome, wrap_up } from "../strip/wrap_up";
import { KEY, forget, keep, kept } from "./kept";
import { ask_for_list } from "./make_dialog";
import { build, draw, focus_first, has_focus, hide, mark_strip } from "./player_view";
import { ask_reason } from "./skip_dialog";

const MOST_SECONDS = 600; // between two looks whether somebody may be called
const LEAST_SECONDS = 15;
const PROGRESS = 60000; // ms between two counts of the list's entries
const GLANCE = 500; // ms an entry is in sight before a key calls it: the one that chose the last outcome may come twice

// What the strip's bundle does for this one: call_now, let_go, tell_calls.
let strip = null;
// {list, answer, call, form, fault, is_busy, is_calling, digits}: the server's answer about who is next, their call as the
// strip has it, what its wrap-up offers, and the outcomes by their digits.
let worked = null;
let timer = null;

// `list` is to be worked from now on, else the one of before a reload or of another tab; `view` shows what is to become one.
export function work(given, { list, view, is_chosen }) {
	set_up(given);
	if (view) return ask_for_list(view, is_chosen);
	const known = kept();
	if (list && known && known.list !== list) give_back(known.list);
	if (list) return begin(list, known?.list === list ? known.call : "", true);
	if (known && !is_before_us(known)) return begin(known.list, known.call, false);
}

function set_up(given) {
	if (strip) return;
	strip = given;
	dialogs(); // for their stylesheet, which is this card's too
	build({ on_call: call, on_next: next, on_skip: skip, on_pause: pause, on_outcome: choose, on_more: open_wrap_up });
	add_shortcut("alt+shift+l", __("Go to the List Being Worked"), () => focus_first(true), () => Boolean(worked));
	window.addEventListener("storage", ({ key }) => key === KEY && !kept() && close());
}

// What another tab wrote is what this one shows.
function is_before_us({ list, entry, call }) {
	return worked?.list === list && (worked.answer?.entry || "") === entry && (worked.call?.call || "") === call;
}

async function begin(list, call, is_asked) {
	worked = { list, answer: null, call: null, form: null, fault: "", is_busy: false, digits: [] };
	strip.tell_calls(hear);
	await ask("current_entry", { call }, is_asked);
	const placed = worked?.answer?.call;
	if (!placed) return;
	const state = await get("state", { call: placed }).catch(() => null);
	if (state && !worked?.call) hear(state);
}

const next = () => ask("next_entry", {}, true);

// Asks for an entry and shows it; its record's form opens where the agent asked for it. After a failure all stays as it is.
async function ask(method, args, is_asked) {
	await busily(async () => {
		const { list } = worked;
		const answer = await post(`call_list.${method}`, { call_list: list, ...args });
		if (worked?.list !== list) return;
		Object.assign(worked, { answer, call: null, form: null, digits: [], shown_at: Date.now() });
		keep(list, answer.entry || "", answer.call || "");
	});
	if (worked?.fault || !worked?.answer) return;
	look_again_later(worked.answer);
	count_progress();
	if (is_asked && worked.answer.entry) await open_record();
	if (is_asked) focus_first();
}

// Not with each entry: the server counts all of the list. Where it cannot, what was counted last stays.
async function count_progress() {
	const counted = worked;
	if (Date.now() - (counted.counted_at || 0) < PROGRESS && counted.answer.entry) return;
	counted.counted_at = Date.now();
	const progress = await get("call_list.progress", { call_list: counted.list }).catch(() => counted.progress);
	if (worked !== counted) return;
	worked.progress = progress;
	redraw();
}

// One thing at a time; why one was not done stays until the next.
async function busily(act) {
	if (!worked || worked.is_busy) return;
	Object.assign(worked, { is_busy: true, fault: "" });
	redraw();
	try {
		await act();
	} catch (error) {
		if (worked) worked.fault = error.message;
	}
	if (worked) worked.is_busy = false;
	redraw();
}

function redraw() {
	if (worked) draw(worked);
}

const open_record = () => show_form(worked.answer.reference_doctype, worked.answer.reference_name);

// Nobody may be called now: the server said when somebody may. A page that is not looked at waits.
function look_again_later({ entry, wait }) {
	clearTimeout(timer);
	if (entry || wait === null) return;
	const seconds = Math.min(Math.max(wait + 1, LEAST_SECONDS), MOST_SECONDS);
	timer = setTimeout(() => {
		if (document.hidden) return look_again_later({ entry, wait: 0 });
		if (worked && !worked.answer?.entry) ask("current_entry", {}, false);
	}, seconds * 1000);
}

// A key pressed twice while the record still opens is one call.
async function call() {
	const { answer, shown_at, call: placed, is_calling } = worked;
	if (placed || is_calling || Date.now() - shown_at < GLANCE) return;
	const { entry, reference_doctype, reference_name, record_title: title, number: shown } = answer;
	const calling = Object.assign(worked, { fault: "", is_calling: true });
	await open_record();
	if (worked?.answer === answer) await strip.call_now({ entry, reference_doctype, reference_name, title, shown });
	calling.is_calling = false;
}

// How a call stands that the strip shows, or that it was wrapped up.
function hear(told) {
	if (!worked?.answer?.entry) return;
	if (told.is_wrapped_up) return told.call === worked.call?.call && next();
	const is_ours = (told.entry || told.target?.entry) === worked.answer.entry;
	mark_strip(is_ours);
	if (!is_ours) return;
	const { call: before } = worked;
	const is_new = before?.call !== told.call || before?.status !== told.status;
	worked.call = told;
	// The outcomes in sight stay until the new ones are there.
	if (before?.call !== told.call || !can_be_wrapped_up(told)) worked.form = null;
	if (is_new) note_call(told, has_focus());
	redraw();
}

async function note_call(told, had_focus) {
	if (!can_be_wrapped_up(told)) return;
	keep(worked.list, worked.answer.entry, told.call);
	const form = await get("wrap_up_form", { call: told.call }).catch(() => null);
	if (worked?.call !== told && (worked?.call?.call !== told.call || worked.call.status !== told.status)) return;
	worked.form = form;
	redraw();
	if (had_focus && !is_typing()) focus_first();
}

// One press saves the outcome and shows who is next; one that requires a time asks for it first.
function choose(outcome) {
	if (worked.form.timed.includes(outcome)) return open_wrap_up(outcome);
	const { call: placed } = worked.call;
	return busily(async () => {
		const reply = await save_outcome(placed, outcome);
		if (reply.status !== "In Progress") strip.let_go(placed);
	}).then(() => worked && !worked.fault && next());
}

// The whole wrap-up: notes, a time to call again.
function open_wrap_up(outcome = "") {
	const { call: placed } = worked.call;
	const on_saved = ({ status }) => {
		if (status !== "In Progress") strip.let_go(placed);
		next();
	};
	wrap_up({ call: placed, title: worked.answer.record_title, outcome }, { on_saved });
}

function skip() {
	const { entry, record_title } = worked.answer;
	ask_reason(record_title, async (reason) => {
		await post("call_list.skip", { entry, reason });
		next();
	});
}

async function pause() {
	const { list } = worked;
	forget();
	close();
	give_back(list);
}

// Others may have it at once; where the server does not hear of it, its claim ends by itself.
const give_back = (list) => post("call_list.pause", { call_list: list }).catch(() => null);

function close() {
	clearTimeout(timer);
	worked = null;
	strip.tell_calls(null);
	hide();
}
