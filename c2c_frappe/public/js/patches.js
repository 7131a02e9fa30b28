// All we change of Frappe's and ERPNext's own while the Desk runs. Each looks for the method it wraps, which still does
// its work, and steps aside where a version lacks it: the Desk goes on as if we were not there.

// `draw(list, drawn, column, doc, ...)` returns the HTML of a cell; `drawn` is Frappe's own.
export function wrap_list_cell(draw) {
	wrap(frappe.views?.ListView, "get_column_html", draw);
}

// `build(report, built, ...)` returns a column of a report view.
export function wrap_report_column(build) {
	wrap(frappe.views?.ReportView, "build_column", build);
}

// `add(bar, added, text)` adds to the options the search bar always has for a text.
export function wrap_search_options(add) {
	wrap(frappe.search?.AwesomeBar, "add_defaults", add);
}

// `draw(preview, drawn, shown)` returns the HTML of what opens over a link.
export function wrap_link_preview(draw) {
	wrap(frappe.ui?.LinkPreview, "get_popover_html", draw);
}

// `add(list, items)` adds to the actions of a list view, those for chosen rows (`is_chosen`) and those of its menu.
export function wrap_list_actions(add) {
	const with_ours = (is_chosen) => (list, own) => add(list, own(), is_chosen);
	wrap(frappe.views?.ListView, "get_actions_menu_items", with_ours(true));
	wrap(frappe.views?.ListView, "get_menu_items", with_ours(false));
}

function wrap(view, method, around) {
	const own = view?.prototype?.[method];
	if (typeof own !== "function") return;
	view.prototype[method] = function (...args) {
		return around(this, own.bind(this), ...args);
	};
}

// ERPNext's own icon comes and goes with the field's state, stands on fax numbers too, and is nothing to a
// keyboard or a screen reader. Ours stands in its place, so its control is told not to draw another.
export function silence_phone_icon(control) {
	if (typeof control.setup_phone !== "function") return;
	control.setup_phone = () => {};
	control.wrapper?.querySelectorAll(".phone-btn:not(.c2c-icon)").forEach((icon) => icon.remove());
}

// Sees every click on these elements before ERPNext's and Frappe's own listeners, which see it only when `take` returns
// false.
export function take_clicks(selector, take) {
	const on_click = (event) => {
		const element = event.target.closest?.(selector);
		if (!element || !take(element, event)) return;
		event.preventDefault();
		event.stopImmediatePropagation();
	};
	document.addEventListener("click", on_click, true);
}

// Until so many milliseconds pass without a key, all but Escape go nowhere; then `let_go` is called.
export function hold_keys(milliseconds, let_go) {
	const types = ["keydown", "keypress", "keyup"];
	const wait = () => setTimeout(end, milliseconds);
	const swallow = (event) => {
		if (event.key === "Escape") return;
		event.preventDefault();
		event.stopImmediatePropagation();
		clearTimeout(timer);
		timer = wait();
	};
	const end = () => {
		types.forEach((type) => window.removeEventListener(type, swallow, true));
		let_go();
	};
	let timer = wait();
	types.forEach((type) => window.addEventListener(type, swallow, true));
}
