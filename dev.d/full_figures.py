"""The page of `./dev bench` about a full site and an almost empty one: what full_site.py measured, as tables."""

from collections.abc import Callable

import full_site
import peers
from full_site import CLICK, EVENT, RATES, REPORTS, REQUESTS, Costs, Figures

CLICK_COLUMNS = {
	"click_own": "click, ms",
	"click_cpu": "of it CPU",
	"click_exchange": "exchange, ms",
	"click_statements": "SQL statements",
	"nothing_own": "nothing, ms",
	"nothing_statements": "its statements",
	"read_own": "yardstick, ms",
	"read_cpu": "of it CPU",
	"read_statements": "its statements",
	"ratio": "click : yardstick",
}
ROUNDS, QUICK_ROUNDS = 10, 2
LEADS, CALLS, EVENTS = full_site.FULL
HOW = (
	f"Two sites on one MariaDB ({{label}}, 256 MB of buffer pool, every commit on disk) took turns, each first every"
	f" other time. *Almost empty*: {full_site.ALMOST_EMPTY[0]} Leads and Contacts, and the calls that were placed to"
	f" measure. *Full*: {LEADS:,} Leads and as many Contacts, {CALLS:,} calls of two years and {EVENTS:,} events. The"
	" ratio is full to almost empty, of the medians."
)


def text(run: Callable, is_quick: bool) -> tuple[str, list[str]]:
	"""Return the sections, and the statements that read a large table from end to end where none should.

	`run` is bench.py's way to run a script on a site and read what it printed.
	"""
	label, beside, figures = full_site.measure(run, QUICK_ROUNDS if is_quick else ROUNDS)
	sections = [_clicks(figures, label), _peers(figures, beside)]
	sections += [_requests(figures), _reports(figures), _rates(figures)]
	scans = sorted({scan for part in (CLICK, *REQUESTS, *RATES) for scan in figures[part][1].scans})
	sections += [_scans(scans)]
	return "\n\n".join(sections), scans


def _clicks(figures: Figures, label: str) -> str:
	empty, full = figures[CLICK]
	return "\n".join(
		[
			"## What a click costs",
			"",
			HOW.format(label=label),
			"",
			"*Click* is the whole request of `c2c_frappe.api.call.dial` for a Lead through a CommPeak account, from the"
			" login's check to the reply, with its two commits and without the exchange with the PBX. The exchange"
			" with the simulated PBX on loopback stands in its own column. CPU is the web process's, the exchange's"
			" included. *Nothing* is a request for a method that does nothing: what a click costs beyond it is its own; each"
			" commit is two statements. The *yardstick* is `frappe.client.get` of the same Lead. All in turns. Medians of"
			f" {len(full.rows)}; the last column is that of each pair.",
			"",
			f"| | {' | '.join(CLICK_COLUMNS.values())} |",
			f"| --- |{' --- |' * len(CLICK_COLUMNS)}",
			_click_row("almost empty", empty.median),
			_click_row("full", full.median),
			_click_row("full : almost empty", lambda column: full.median(column) / empty.median(column)),
		]
	)


def _peers(figures: Figures, apps: list[str]) -> str:
	advice = [sentence for sentence in (peers.advice(apps),) if sentence]
	if not apps:
		return "\n".join(["### The peers beside it", "", *advice])
	columns = {"click_own": "c2c_frappe, ms", "click_statements": "SQL statements"}
	for app in apps:
		columns |= {f"{app}_own": f"{app}, ms", f"{app}_statements": "its statements"}
		columns |= {f"{app}_exchange": "its exchange, ms", f"{app}_ratio": f"{app} : click"}
	empty, full = figures[CLICK]
	return "\n".join(
		[
			"### The peers beside it",
			"",
			"The same Lead's number clicked with frappe/exotel_integration and frappe/telephony in turn with ours, on the"
			" same sites, without the exchanges with their PBX. Their PBX's address is fixed: a patch in the measuring"
			" process sends what they ask it to a stub on loopback, without TLS. The calls on the full site are ours;"
			" their own logs hold the measured calls only.",
			*advice,
			"",
			f"| | {' | '.join(columns.values())} |",
			f"| --- |{' --- |' * len(columns)}",
			_click_row("almost empty", empty.median, columns),
			_click_row("full", full.median, columns),
		]
	)


def _click_row(title: str, value: Callable[[str], float], columns: dict[str, str] = CLICK_COLUMNS) -> str:
	return f"| {title} | {' | '.join(f'{value(column):.4g}' for column in columns)} |"


def _requests(figures: Figures) -> str:
	rows = [_request_row(part.title, *figures[part]) for part in REQUESTS]
	return "\n".join(
		[
			"## Events, lists and forms, on a full site",
			"",
			"The same two sites, whole requests. An *event* is CommPeak's webhook: start, answer and end of a call that"
			" was dialed here, each stored and committed, then applied and committed. Lists, counts and forms are asked for"
			f" as Frappe's Desk asks. {len(figures[EVENT][1].rows)} events, {len(figures[REQUESTS[1]][1].rows)} of each of the others.",
			"",
			"| | almost empty: median, ms | p95 | SQL statements | full: median, ms | p95 | SQL statements | ratio |",
			"| --- | --- | --- | --- | --- | --- | --- | --- |",
			*rows,
		]
	)


def _request_row(title: str, empty: Costs, full: Costs) -> str:
	cells = [
		f"{each.median('own'):.1f} | {each.p95:.1f} | {each.median('statements'):g}" for each in (empty, full)
	]
	return f"| {title} | {' | '.join(cells)} | {full.median('own') / empty.median('own'):.2f} |"


def _reports(figures: Figures) -> str:
	rows = [
		f"| {part.title} | {full.median('own'):.0f} | {full.p95:.0f} | {full.median('statements'):g} |"
		for part in REPORTS
		for _empty, full in [figures[part]]
	]
	return "\n".join(
		[
			"## Reports on a full site",
			"",
			"The whole request, by a manager, with the filters a report opens with: the last 30 days, some 43,000 calls.",
			"",
			"| | median, ms | p95 | SQL statements |",
			"| --- | --- | --- | --- |",
			*rows,
		]
	)


def _rates(figures: Figures) -> str:
	rows = [
		f"| {part.title} | {empty.per_second:.0f} | {full.per_second:.0f} | {full.per_second / empty.per_second:.2f} |"
		for part in (EVENT, *RATES)
		for empty, full in [figures[part]]
	]
	return "\n".join(
		[
			"## How many a second",
			"",
			"One process, one after the other; CommPeak's call records in pages of 100, without the PBX's own time.",
			"",
			"| | almost empty | full | ratio |",
			"| --- | --- | --- | --- |",
			*rows,
		]
	)


def _scans(scans: list[str]) -> str:
	"""Say whether a statement read a large table from end to end."""
	title = "## Does anything scan"
	sentence = (
		"The full site's `ANALYZE`, MariaDB's `EXPLAIN` that counts rows, was asked about every `SELECT`, `UPDATE` and"
		" `DELETE` of a click, an event, a list, a count, a form, a page of call records and a batch of the back-fill."
	)
	if not scans:
		return f"{title}\n\n{sentence} None read a table or an index (type ALL or index) over more than 10,000 rows."
	faults = [f"- `{scan}`" for scan in scans]
	return "\n".join([title, "", f"{sentence} **These read a large table from end to end:**", "", *faults])
