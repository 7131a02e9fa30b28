// What working a list looks like: a card in the strip's corner, and the strip in it. It is told what to show and decides nothing.
import { address_of, icon, is_typing, keep_focus } from "../frappe_desk";
import { look_of, has_ended } from "../strip/status";
import { set_text } from "../text";

const NARROW = "(max-width: 767px)";

let card = null;
let give_back_focus = null;

export function build(given) {
	card = document.createElement("section");
	card.className = "c2c-list";
	card.hidden = true;
	card.setAttribute("aria-label", __("List Being Worked"));
	// No <header>: the Desk puts its own bar in the place of each when it starts.
	card.innerHTML = `
		<div class="c2c-list-head">
			<a class="c2c-list-title"></a>
			<span class="c2c-list-progress"></span>
			<button type="button" class="c2c-list-fold">${icon("down")}</button>
		</div>
		<div class="c2c-list-purpose"></div>
		<div class="c2c-list-next" role="status" aria-live="polite">
			<a class="c2c-list-name"></a>
			<div class="c2c-list-facts"></div>
			<div class="c2c-list-why"></div>
		</div>
		<details class="c2c-list-script" open><summary></summary><div tabindex="0" role="group"></div></details>
		<div class="c2c-list-strip"></div>
		<div class="c2c-list-outcomes" role="group"></div>
		<div class="c2c-list-fault c2c-fault" role="alert"></div>
		<div class="c2c-list-buttons">
			<button type="button" class="c2c-list-call c2c-button btn btn-sm btn-primary"></button>
			<button type="button" class="c2c-list-onward btn btn-sm btn-default"></button>
			<button type="button" class="c2c-list-more btn btn-sm btn-default"></button>
			<button type="button" class="c2c-list-skip btn btn-sm btn-default"></button>
			<button type="button" class="c2c-list-pause btn btn-sm btn-default"></button>
		</div>`;
	label_parts();
	listen(given);
	document.body.append(card);
	fold(matchMedia(NARROW).matches);
}

function label_parts() {
	set_text(part("call"), __("Call"));
	set_text(part("skip"), __("Skip"));
	set_text(part("pause"), __("Pause"));
	set_text(part("more"), __("Wrap Up"));
	set_text(script("summary"), __("Script"));
	script("div").setAttribute("aria-label", __("Script"));
	part("pause").title = __("Stop working this list and let others have this entry");
	part("more").title = __("Outcome, notes and a time to call again");
	part("outcomes").setAttribute("aria-label", __("Call Outcome"));
}

function listen({ on_call, on_next, on_skip, on_pause, on_outcome, on_more }) {
	const presses = { call: on_call, onward: on_next, skip: on_skip, pause: on_pause, more: () => on_more() };
	for (const [name, act] of Object.entries(presses)) {
		part(name).addEventListener("click", ({ target }) => is_on(target) && act());
	}
	part("outcomes").addEventListener("click", ({ target }) => target.value && is_on(target) && on_outcome(target.value));
	part("fold").addEventListener("click", () => fold(!card.classList.contains("is-folded")));
	card.addEventListener("keydown", press_by_digit);
	card.addEventListener("focusin", ({ relatedTarget: before }) => {
		if (!card.contains(before)) give_back_focus = keep_focus(before || document.body);
	});
}

const is_on = (button) => button.getAttribute("aria-disabled") !== "true";

// 1 to 9 are the outcomes, while the focus is here and nobody writes.
function press_by_digit(event) {
	const { key, ctrlKey, metaKey, altKey } = event;
	if (ctrlKey || metaKey || altKey || is_typing() || event.repeat || !/^[1-9]$/.test(key)) return;
	const button = part("outcomes").querySelector(`button[data-key="${key}"]`);
	if (!button) return;
	event.preventDefault();
	button.click();
}

function fold(is_folded) {
	card.classList.toggle("is-folded", is_folded);
	const button = part("fold");
	button.setAttribute("aria-expanded", !is_folded);
	button.title = is_folded ? __("Show more") : __("Show less");
	button.setAttribute("aria-label", button.title);
	measure();
}

export const has_focus = () => card.contains(document.activeElement);

// To what is to be pressed next. While a call goes on that is nothing: a key pressed twice must choose no outcome.
export function focus_first(is_asked) {
	const outcomes = card.dataset.call === "over" ? part("outcomes").querySelectorAll("button") : [];
	const places = card.dataset.call === "on" ? [part("name")] : [...outcomes, part("call"), part("onward"), part("pause")];
	if (is_asked || !is_typing() || has_focus()) places.find((place) => place.offsetParent)?.focus({ preventScroll: true });
}

// The strip in the card shows the call of who is named above it.
export const mark_strip = (is_ours) => part("strip").classList.toggle("is-ours", is_ours);

export function draw({ answer, call, form, fault, is_busy, progress, digits }) {
	card.dataset.call = !call ? "" : is_over(call) ? "over" : "on";
	const focused = !card.hidden && has_focus() && document.activeElement;
	const strip = document.querySelector(".c2c-strip");
	if (strip.parentElement !== part("strip")) part("strip").append(strip);
	card.hidden = false;
	if (answer) {
		draw_head(answer, progress);
		draw_next(answer);
		draw_script(answer.script || "");
	}
	draw_outcomes(form, digits);
	set_text(part("fault"), fault);
	draw_buttons(answer, call, is_busy);
	measure();
	document.documentElement.classList.add("c2c-list-shown");
	if (focused && !focused.offsetParent) focus_first();
}

function draw_head({ list, title, purpose }, progress) {
	set_text(part("title"), title);
	part("title").href = address_of("PBX Call List", list);
	set_text(part("progress"), progress ? __("{0} of {1} done", [progress.closed, progress.entries]) : "");
	set_text(part("purpose"), purpose || "");
}

function draw_next(answer) {
	const { entry, reference_doctype, reference_name, record_title, number, message } = answer;
	part("name").hidden = !entry;
	set_text(part("name"), record_title || "");
	if (entry) part("name").href = address_of(reference_doctype, reference_name);
	set_text(part("facts"), entry ? facts(answer).join(" · ") : "", number);
	set_text(part("why"), entry ? answer.why : message);
}

function facts({ call, number, local_time, attempts, last_outcome }) {
	const found = [number];
	if (local_time) found.push(__("{0} there", [local_time]));
	// The call that is in sight is one of them already.
	const attempt = attempts + (call ? 0 : 1);
	if (attempt > 1) found.push(__("Attempt {0}", [attempt]));
	if (last_outcome) found.push(last_outcome);
	return found;
}

function draw_script(text) {
	part("script").hidden = !text;
	set_text(script("div"), text);
}

// An outcome keeps its digit while others come and go with the call's status: who aims at one must not press another.
function draw_outcomes(form, digits) {
	const outcomes = form?.dispositions || [];
	const place = part("outcomes");
	const drawn = [...place.querySelectorAll("button")].map(({ value }) => value);
	for (const outcome of outcomes) if (!digits.includes(outcome)) digits.push(outcome);
	if (drawn.join("\n") === outcomes.join("\n")) return;
	place.replaceChildren(...outcomes.map((outcome) => outcome_button(outcome, digits.indexOf(outcome))));
}

function outcome_button(outcome, index) {
	const button = document.createElement("button");
	Object.assign(button, { type: "button", className: "btn btn-xs btn-default", value: outcome });
	button.textContent = __(outcome);
	if (index < 9) {
		button.setAttribute("aria-keyshortcuts", index + 1);
		button.dataset.key = index + 1;
	}
	return button;
}

// What cannot be pressed is not disabled, which would take the focus away.
function draw_buttons(answer, call, is_busy) {
	const has_entry = Boolean(answer?.entry);
	const is_placed = Boolean(call) && call.status !== "Failed";
	part("call").hidden = !has_entry || Boolean(call);
	part("skip").hidden = !has_entry || is_placed;
	part("more").hidden = !is_placed || !call.call;
	part("onward").hidden = has_entry && !(call && may_go_on(call));
	set_text(part("onward"), has_entry ? __("Next") : __("Look Again"));
	part("onward").classList.toggle("btn-primary", call?.status === "Failed");
	const buttons = card.querySelectorAll(".c2c-list-buttons button, .c2c-list-outcomes button");
	buttons.forEach((button) => button.setAttribute("aria-disabled", is_busy));
}

const is_over = (call) => call.status === "Failed" || has_ended(call);

// Of a call that goes on one says what came of it first, and so where an outcome is required.
const may_go_on = (call) =>
	call.wrap_up !== "Required" && (is_over(call) || !look_of(call.status).is_under_way);

// Frappe's alerts stand in the same corner: they move up.
function measure() {
	document.documentElement.style.setProperty("--c2c-list-height", `${card.offsetHeight + 8}px`);
}

export function hide() {
	const had_focus = has_focus();
	card.hidden = true;
	document.body.append(...part("strip").children);
	if (had_focus) give_back_focus?.();
	document.documentElement.classList.remove("c2c-list-shown");
}

const script = (tag) => part("script").querySelector(tag);

function part(name) {
	return card.querySelector(`.c2c-list-${name}`);
}
