// What the call strip looks like. It is told what to show and decides nothing.
import { address_of, icon } from "../frappe_desk";
import { set_text } from "../text";
import { draw_caller } from "./caller";
import { override_label } from "./override";
import { can_be_wrapped_up, has_ended, look_of } from "./status";

let strip = null;

export function build({ on_close, on_wrap_up, on_hang_up, on_override }) {
	strip = document.createElement("section");
	strip.className = "c2c-strip";
	strip.hidden = true;
	strip.setAttribute("aria-label", __("Call"));
	// The live region is there before its first text, or that one is not read out; the seconds stand outside,
	// or every one is.
	strip.innerHTML = `
		<div class="c2c-strip-news" role="status" aria-live="polite">
			<span class="c2c-strip-status"></span>
			<div class="c2c-strip-title"></div>
			<div class="c2c-strip-number"></div>
			<div class="c2c-strip-message"></div>
			<div class="c2c-strip-hint"></div>
		</div>
		<div class="c2c-strip-caller"></div>
		<div class="c2c-strip-links"></div>
		<button type="button" class="c2c-strip-override c2c-button btn btn-xs btn-default"></button>
		<button type="button" class="c2c-strip-wrap-up btn btn-xs"></button>
		<button type="button" class="c2c-strip-hang-up btn btn-xs btn-danger"></button>
		<span class="c2c-strip-time" aria-hidden="true"></span>
		<button type="button" class="c2c-strip-close">${icon("close")}</button>`;
	const button = part("close");
	button.title = __("Close");
	button.setAttribute("aria-label", button.title);
	button.addEventListener("click", on_close);
	set_text(part("wrap-up"), __("Wrap up"));
	part("wrap-up").title = __("Wrap up the latest call (Alt+Shift+W)");
	part("wrap-up").addEventListener("click", on_wrap_up);
	part("override").addEventListener("click", on_override);
	set_text(part("hang-up"), __("Hang up"));
	part("hang-up").title = __("End this call");
	part("hang-up").addEventListener("click", on_hang_up);
	document.body.append(strip);
}

export function draw(call) {
	const { number, message = "", extension } = call;
	const { color, is_waiting } = look_of(call.status);
	part("status").className = `c2c-strip-status c2c-pill indicator-pill ${color}`;
	set_text(part("status"), is_ringing_in(call) ? __("Incoming call") : __(call.status));
	// Who is calling is named, with a link, below.
	set_text(part("title"), call.caller?.records.length ? "" : call.target.title);
	set_text(part("number"), message.includes(number) ? "" : number, number);
	set_text(part("message"), message, number);
	const hint = __("Pick up your phone {0} when it rings.", [extension]);
	set_text(part("hint"), is_waiting && extension ? hint : "");
	draw_caller(part("caller"), call);
	part("links").replaceChildren(...links(call));
	set_text(part("override"), override_label(call));
	draw_wrap_up(call);
	draw_hang_up(call);
	strip.hidden = false;
	const { classList, style } = document.documentElement;
	style.setProperty("--c2c-strip-height", `${strip.offsetHeight + 8}px`);
	classList.add("c2c-strip-shown");
}

function is_ringing_in({ caller, status }) {
	return Boolean(caller) && status === "Ringing";
}

// Offered at any time, and most of all once the call is over.
function draw_wrap_up(call) {
	const is_over = has_ended(call);
	part("wrap-up").hidden = !can_be_wrapped_up(call);
	part("wrap-up").classList.toggle("btn-primary", is_over);
	part("wrap-up").classList.toggle("btn-default", !is_over);
}

// Gone once the call is over: whoever pressed it goes on from the button beside it. Not disabled meanwhile, which
// would take the focus away.
function draw_hang_up({ can_hang_up, is_hanging_up }) {
	const button = part("hang-up");
	const had_focus = document.activeElement === button;
	button.hidden = !can_hang_up;
	button.setAttribute("aria-disabled", Boolean(is_hanging_up));
	button.classList.toggle("disabled", Boolean(is_hanging_up));
	if (had_focus && button.hidden) part(part("wrap-up").hidden ? "close" : "wrap-up").focus();
}

export function tick(since) {
	const seconds = Math.floor((Date.now() - since) / 1000);
	const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	set_text(part("time"), since ? time : "");
}

export function hide() {
	strip.hidden = true;
	document.documentElement.classList.remove("c2c-strip-shown");
}

function part(name) {
	return strip.querySelector(`.c2c-strip-${name}`);
}

function links({ call, is_unanswered, fix }) {
	const found = [];
	if (fix?.url) found.push(link(fix.label, fix.url));
	if (call) found.push(link(__("Open this call"), address_of("PBX Call Log", call)));
	if (is_unanswered) found.push(link(__("Open the log"), address_of("PBX Call Log")));
	return found;
}

function link(label, url) {
	const anchor = document.createElement("a");
	anchor.href = url;
	anchor.textContent = label;
	return anchor;
}
