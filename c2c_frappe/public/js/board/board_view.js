// Draws the board Today, as text and never as HTML: names are what people wrote. Asks nobody and keeps nothing.
import { call_address, duration } from "./board_server";

export function make(place, on_refresh) {
	const view = { state: element("span", "state"), body: element("div", "body") };
	const refresh = element("button", "refresh", __("Refresh"));
	refresh.type = "button";
	refresh.addEventListener("click", on_refresh);
	view.state.setAttribute("role", "status");
	const head = element("div", "head");
	head.append(element("h3", "", __("Today")), view.state, refresh);
	place.replaceChildren(head, view.body);
	return view;
}

export function draw(view, { data, fault }, is_live) {
	view.state.textContent = fault || state_text(data, is_live);
	view.state.classList.toggle("is-live", is_live && !fault);
	if (!data) return;
	const parts = [talking, by_hour, by_agent, by_outcome, by_failure].map((part) => part(data));
	view.body.replaceChildren(figures(data.figures), ...parts);
}

function state_text(data, is_live) {
	if (is_live) return __("Live");
	return data ? __("Not live: no connection. As of {0}.", [data.at]) : __("Not live: no connection.");
}

function figures(sums) {
	const shown = [
		[__("Calls Placed"), sums.placed],
		[__("Answered"), sums.answered],
		[__("Connect Rate"), `${sums.connect_rate} %`],
		[__("Average Talk Time"), duration(sums.average_talk_time)],
		[__("Incoming"), sums.incoming],
		[__("Missed"), sums.missed],
		[__("Not Called Back"), sums.not_called_back],
	];
	const list = element("dl", "figures");
	for (const [label, value] of shown) {
		const box = element("div", "figure");
		box.append(element("dt", "", label), element("dd", "", value));
		if (label === __("Not Called Back") && value) box.classList.add("is-open");
		list.append(box);
	}
	return list;
}

function talking({ talking: calls }) {
	const rows = calls.map(({ call, agent, with: whom, since, direction }) => {
		const link = element("a", "", whom || __("Open Call"));
		link.href = call_address(call);
		return [agent, link, since, direction === "Incoming" ? __("Incoming") : __("Outgoing")];
	});
	const heads = [__("Agent"), __("With"), __("Since"), __("Direction")];
	return section(__("Talking Now"), rows.length ? table(heads, rows) : nothing(__("No calls in progress.")));
}

function by_agent({ agents }) {
	const rows = agents.map((sums) => [
		sums.agent,
		sums.placed,
		sums.answered,
		`${sums.connect_rate} %`,
		sums.incoming,
		sums.missed,
		duration(sums.talk_time),
	]);
	const heads = [
		__("Agent"),
		__("Calls Placed"),
		__("Answered"),
		__("Connect Rate"),
		__("Incoming"),
		__("Missed"),
		__("Talk Time"),
	];
	const part = section(__("Agents"), rows.length ? table(heads, rows) : nothing(__("No calls yet.")));
	part.className = "wide";
	return part;
}

function by_hour({ hours }) {
	const rows = hours.map(({ hour, placed, incoming }) => [`${String(hour).padStart(2, "0")}:00`, placed + incoming]);
	return section(__("Calls by Hour"), rows.length ? bars(rows) : nothing(__("No calls yet.")));
}

function by_outcome({ outcomes }) {
	const rows = outcomes.map(({ outcome, calls }) => [outcome, calls]);
	return section(__("Outcomes"), rows.length ? bars(rows) : nothing(__("No calls yet.")));
}

function by_failure({ failures }) {
	const rows = failures.map(({ reason, calls }) => [reason, calls]);
	return section(__("Failures by Reason"), rows.length ? bars(rows) : nothing(__("No calls failed.")));
}

function bars(rows) {
	const most = Math.max(...rows.map(([, count]) => count));
	const list = element("ul", "bars");
	for (const [label, count] of rows) {
		const bar = element("span", "bar");
		bar.style.inlineSize = `${(100 * count) / most}%`;
		const track = element("span", "track");
		track.append(bar);
		const row = element("li");
		row.append(element("span", "label", label), track, element("span", "count", count));
		list.append(row);
	}
	return list;
}

function table(heads, rows) {
	const drawn = element("table");
	const head = drawn.createTHead().insertRow();
	for (const text of heads) {
		const cell = element("th", "", text);
		cell.scope = "col";
		head.append(cell);
	}
	const body = drawn.createTBody();
	for (const row of rows) {
		const line = body.insertRow();
		for (const cell of row) line.insertCell().append(cell);
	}
	const frame = element("div", "frame");
	frame.tabIndex = 0;
	frame.append(drawn);
	return frame;
}

function section(title, content) {
	const part = element("section");
	part.append(element("h4", "", title), content);
	return part;
}

const nothing = (text) => element("p", "nothing", text);

function element(tag, class_name = "", text = "") {
	const made = document.createElement(tag);
	if (class_name) made.className = class_name;
	made.textContent = text;
	return made;
}
