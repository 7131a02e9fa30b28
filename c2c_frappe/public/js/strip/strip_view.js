// What the call strip looks like. It is told what to show and decides nothing.
import { address_of, icon, keep_focus } from "../frappe_desk";
import { set_text } from "../text";
import { override_label } from "./override";
import { can_be_wrapped_up, has_ended, has_talk, is_missed, look_of } from "./status";

const GLANCE = 1000; // ms

let strip = null;
let give_back_focus = null;

export function build({ on_close, on_wrap_up, on_outcome, on_hang_up, on_override }) {
	strip = document.createElement("section");
	strip.className = "c2c-strip";
	strip.hidden = true;
	strip.setAttribute("aria-label", __("Call"));
	// The live region is there before its first text, or that one is not read out; the seconds stand outside,
	// or every one is.
	strip.innerHTML = `
		<div class="c2c-strip-state" role="status" aria-live="polite">
			<span class="c2c-strip-status"></span>
			<div class="c2c-strip-title"></div>
			<div class="c2c-strip-number"></div>
			<div class="c2c-strip-message"></div>
			<div class="c2c-strip-line"></div>
		</div>
		<div class="c2c-strip-caller"></div>
		<div class="c2c-strip-notes"></div>
		<div class="c2c-strip-links"></div>
		<div class="c2c-strip-outcomes" role="group"></div>
		<button type="button" class="c2c-strip-override c2c-button btn btn-xs btn-default"></button>
		<button type="button" class="c2c-strip-wrap-up btn btn-xs"></button>
		<button type="button" class="c2c-strip-hang-up btn btn-xs btn-danger"></button>
		<span class="c2c-strip-time" aria-hidden="true"></span>
		<button type="button" class="c2c-strip-close">${icon("close")}</button>`;
	const button = part("close");
	button.title = __("Close");
	button.setAttribute("aria-label", button.title);
	button.addEventListener("click", on_close);
	set_text(part("wrap-up"), __("Wrap Up"));
	part("wrap-up").title = __("Wrap Up the Latest Call (Alt+Shift+W)");
	part("wrap-up").addEventListener("click", on_wrap_up);
	part("outcomes").setAttribute("aria-label", __("Call Outcome"));
	part("outcomes").addEventListener("click", ({ target }) => target.value && is_on(target) && on_outcome(target.value));
	part("override").addEventListener("click", on_override);
	set_text(part("hang-up"), __("Hang Up"));
	part("hang-up").title = __("End this call");
	part("hang-up").addEventListener("click", on_hang_up);
	// Whoever closes the strip goes on where the way to it began.
	strip.addEventListener("focusin", ({ relatedTarget: before }) => {
		if (before && !strip.contains(before)) give_back_focus = keep_focus(before);
	});
	document.body.append(strip);
}

export const has_focus = () => strip.contains(document.activeElement);
export const return_focus = () => give_back_focus?.();

// To what can be done with the call, else to a link, and last to what closes the strip.
export function go_to() {
	const [first] = [".btn", "a", "button"].flatMap((kind) => [...strip.querySelectorAll(kind)].filter(is_in_sight));
	first.focus();
}

const is_on = (button) => button.getAttribute("aria-disabled") !== "true";
const is_in_sight = (element) => Boolean(element.offsetParent);

export function draw(call) {
	const focused = has_focus() && document.activeElement;
	const { number } = call;
	const message = message_of(call);
	const { color } = look_of(call.status);
	part("status").className = `c2c-strip-status c2c-pill indicator-pill ${color}`;
	set_text(part("status"), words_of(call));
	// Who is calling is named, with a link, below.
	draw_title(call.caller?.records.length ? {} : call.target);
	set_text(part("number"), message.includes(number) ? "" : number, number);
	set_text(part("message"), message, number);
	set_text(part("line"), has_ended(call) ? "" : call.line);
	if (!call.caller) part("caller").replaceChildren();
	if (!has_talk(call)) part("notes").replaceChildren();
	part("links").replaceChildren(...links(call));
	set_text(part("override"), override_label(call));
	draw_wrap_up(call);
	draw_hang_up(call);
	part("close").hidden = call.wrap_up === "Required";
	if (strip.hidden) give_back_focus = null;
	strip.hidden = false;
	if (focused && !is_in_sight(focused)) replace_focus(focused);
	const { classList, style } = document.documentElement;
	style.setProperty("--c2c-strip-height", `${strip.offsetHeight + 8}px`);
	classList.add("c2c-strip-shown");
}

// Nobody has said yet that the phone rings; a PBX that tells nothing after the dial never does.
function message_of({ status, extension, message = "", notice }) {
	const { is_waiting, is_under_way } = look_of(status);
	if (notice || !is_waiting || !extension) return notice || message;
	return is_under_way
		? __("Sent to your phone {0}. Pick it up when it rings.", [extension])
		: __("Sent: your phone {0} should ring now.", [extension]);
}

// What had the focus was drawn anew or is gone, as a call that ended cannot be hung up.
function replace_focus({ href }) {
	const twin = href && [...strip.querySelectorAll("a")].find((link) => link.href === href);
	(twin || part(part("wrap-up").hidden ? "close" : "wrap-up")).focus();
}

// A call that comes in has words of its own.
function words_of(call) {
	if (call.caller && call.status === "Ringing") return __("Incoming Call");
	if (is_missed(call)) return __("Missed Call");
	return call.status === "In Progress" ? __("Talking") : __(call.status);
}

// The name leads back to the record the call is about.
function draw_title({ title, reference_doctype: doctype, reference_name: name }) {
	const place = part("title");
	if (!title || !name) return set_text(place, title);
	const [drawn] = place.children;
	const url = address_of(doctype, name);
	if (drawn?.textContent !== title || drawn.getAttribute("href") !== url) place.replaceChildren(link(title, url));
}

// Offered at any time, and most of all once the call is over.
function draw_wrap_up(call) {
	const is_next = has_ended(call) && !is_missed(call);
	part("wrap-up").hidden = !can_be_wrapped_up(call);
	part("wrap-up").classList.toggle("btn-primary", is_next);
	part("wrap-up").classList.toggle("btn-default", !is_next);
	draw_outcomes((call.wrap_up && call.outcomes) || []);
}

// One press saves one, for whoever has no more to say, once it has been in sight for a moment: it came under the pointer.
function draw_outcomes(outcomes) {
	const place = part("outcomes");
	const drawn = [...place.querySelectorAll("button")].map(({ value }) => value);
	if (drawn.join("\n") === outcomes.join("\n")) return;
	const title = document.createElement("div");
	title.textContent = __("Call Outcome");
	place.replaceChildren(...(outcomes.length ? [title, ...outcomes.map(outcome_button)] : []));
}

function outcome_button(outcome) {
	const button = document.createElement("button");
	Object.assign(button, { type: "button", className: "btn btn-xs btn-default", value: outcome });
	button.textContent = __(outcome);
	button.setAttribute("aria-disabled", true);
	setTimeout(() => button.setAttribute("aria-disabled", false), GLANCE);
	return button;
}

// Gone once the call is over. Not disabled meanwhile, which would take the focus away.
function draw_hang_up({ can_hang_up, is_hanging_up }) {
	const button = part("hang-up");
	button.hidden = !can_hang_up;
	button.setAttribute("aria-disabled", Boolean(is_hanging_up));
	button.classList.toggle("disabled", Boolean(is_hanging_up));
}

export function tick(since) {
	const seconds = Math.floor((Date.now() - since) / 1000);
	const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	set_text(part("time"), since ? time : "");
}

export function hide() {
	const had_focus = has_focus();
	strip.hidden = true;
	if (had_focus) {
		// The browser itself lets go of what is hidden on the next frame only.
		document.activeElement.blur();
		return_focus();
	}
	document.documentElement.classList.remove("c2c-strip-shown");
}

// Where others draw: what is written there is not drawn anew with the rest.
export const place_of = (name) => part(name);

function part(name) {
	return strip.querySelector(`.c2c-strip-${name}`);
}

function links({ call, is_unanswered, fix }) {
	const found = [];
	if (fix?.url) found.push(link(fix.label, fix.url));
	if (call) found.push(link(__("Open Call"), address_of("PBX Call Log", call)));
	if (is_unanswered) found.push(link(__("Open Call Log"), address_of("PBX Call Log")));
	return found;
}

function link(label, url) {
	const anchor = document.createElement("a");
	anchor.href = url;
	anchor.textContent = label;
	return anchor;
}
