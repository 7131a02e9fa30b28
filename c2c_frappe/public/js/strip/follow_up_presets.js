// When to call again, one click each: in hours from now, or in the morning of a later day.
import { in_hours, on_morning } from "../frappe_time";

// Returns an element; `choose` gets the time as Frappe's Datetime field takes it. Whom nobody answered is tried again soon.
export function presets({ is_unanswered }, choose) {
	const group = document.createElement("div");
	group.className = "c2c-presets";
	group.setAttribute("role", "group");
	group.setAttribute("aria-label", __("Follow-up"));
	group.append(...times(is_unanswered).map(([label, time]) => button(label, () => choose(time()))));
	return group;
}

function times(is_unanswered) {
	const soon = is_unanswered
		? [__("Try Again in 2 Hours"), () => in_hours(2)]
		: [__("In 1 Hour"), () => in_hours(1)];
	return [
		soon,
		[__("Tomorrow"), () => on_morning(1)],
		[__("In 3 Days"), () => on_morning(3)],
		[__("Next Week"), () => on_morning(7)],
	];
}

function button(label, act) {
	const made = document.createElement("button");
	Object.assign(made, { type: "button", className: "btn btn-xs btn-default", textContent: label });
	made.addEventListener("click", act);
	return made;
}
