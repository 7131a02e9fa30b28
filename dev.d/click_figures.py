"""The figures of `./dev bench` about a click: its own cost, few and many records, and the peers' beside it."""

from collections.abc import Callable

import desks
import peers
from places import FIGURES, ROOT
from progress import say, step

SCRIPT = ROOT / "benchmarks/click_cost.py"
# (leads, and as many contacts; calls)
SIZES = ((10, 0), (200_000, 0), (200_000, 1_000_000))
# Half an hour on a machine with two cores that has other things to do: 2.4 million rows are inserted.
SECONDS = 5400
COLUMNS = {
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


def text(run: Callable, sizes: tuple[tuple[int, int], ...] = SIZES) -> str:
	"""Return the section; `run` is bench.py's way to run a script on a site and read what it printed."""
	with desks.bench_desk("erpnext", FIGURES) as site:
		with step("The peers"):
			beside = peers.install(site)
		advice = peers.advice(beside)
		if advice:
			say(advice)
		filled = desks.sample(site)
		words = [site.name, site.url, filled["user"], filled["password"]]
		with step("Clicks"):
			figures = run(site, SCRIPT, [*words, *(f"{leads}:{calls}" for leads, calls in sizes)], SECONDS)
		return "\n".join(
			[*_clicks(site.label, figures), *_beside(figures, beside), *(["", advice] if advice else [])]
		)


def _clicks(label: str, figures: dict) -> list[str]:
	return [
		f"## What a click costs ({label})",
		"",
		"*Click* is the whole request of `c2c_frappe.api.call.dial` for a Lead through a CommPeak account, from the"
		" login's check to the reply, with its two commits and without the exchange with the PBX. The exchange"
		" with the simulated PBX on loopback stands in its own column. CPU is the web process's, the exchange's"
		" included. *Nothing* is a request for a method that does nothing; what a click costs beyond it is its own."
		" Each commit is two statements. The *yardstick* is `frappe.client.get` of the same Lead, in turn with the"
		" clicks. Each lead has a contact with the same number. Medians of 100; the ratio is that of each pair.",
		"",
		*_table(COLUMNS, figures),
	]


def _beside(figures: dict, apps: list[str]) -> list[str]:
	if not apps:
		return []
	columns = {"click_own": "c2c_frappe, ms", "click_statements": "SQL statements"}
	for app in apps:
		columns |= {f"{app}_own": f"{app}, ms", f"{app}_statements": "its statements"}
		columns |= {f"{app}_exchange": "its exchange, ms", f"{app}_ratio": f"{app} : click"}
	return [
		"",
		"### The peers beside it",
		"",
		"The same lead's number clicked with frappe/exotel_integration and frappe/telephony in turn with ours, on the"
		" same site, without the exchanges with their PBX. Their PBX's address is fixed: a patch in the measuring"
		" process sends what they ask it to a stub on loopback, without TLS. The calls on the site are ours; their own"
		" logs are empty at first.",
		"",
		*_table(columns, figures),
	]


def _table(columns: dict[str, str], figures: dict) -> list[str]:
	lines = [f"| | {' | '.join(columns.values())} |", f"| --- |{' --- |' * len(columns)}"]
	for title, row in figures.items():
		lines.append(f"| {title} | {' | '.join(f'{row[column]:g}' for column in columns)} |")
	return lines
