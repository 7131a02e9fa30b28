// A missed call and a follow-up beyond the Desk's window: asked for once, shown while nobody looks at the Desk.
import { say_with_link } from "../frappe_dialog";

const KEY = "c2c_frappe:notices";

// Offers desktop notices in `place`, once in this browser, and only where it has neither been allowed nor refused.
export function offer_notices(place) {
	if (!window.Notification || Notification.permission !== "default" || localStorage.getItem(KEY)) return;
	if (place.querySelector("button[data-notices]")) return;
	const button = document.createElement("button");
	Object.assign(button, { type: "button", className: "btn btn-xs btn-default" });
	button.dataset.notices = "";
	button.textContent = __("Notify Me of Missed Calls");
	button.addEventListener("click", () => {
		localStorage.setItem(KEY, "asked");
		button.remove();
		Notification.requestPermission();
	});
	place.append(button);
}

// Shows a notice that leads to `url`.
export function show_notice(text, url) {
	if (window.Notification?.permission !== "granted" || !document.hidden) return;
	const notice = new Notification(text, { tag: url });
	notice.onclick = () => {
		window.focus();
		window.location.assign(url);
		notice.close();
	};
}

// A follow-up that is due leads to its record; dialing takes a click there.
export function tell_follow_up({ text, url }) {
	say_with_link(text, __("Call Now"), url);
	show_notice(text, url);
}
