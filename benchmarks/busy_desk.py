"""How long an unrelated request of the Desk takes while agents click into a PBX that hangs. `./dev bench` runs it.

Web workers as bench starts them: gunicorn, sync, one request at a time each. Never fails for a figure.
"""

import itertools
import random
import statistics
import threading
import time
from urllib.parse import urlencode

AGENTS = 8
# Seconds between two clicks of an agent; a busy one has forty.
BETWEEN = 2
READS = 400
THINK = 0.02
NUMBERS = (f"+447700{last:06}" for last in itertools.count(900000))


def measure(floor, share: float = 1) -> str:
	"""Return the section of the results; `floor` is a Floor of dev.d on a started site, `share` of the reads is done."""
	reads = round(READS * share)
	lead = floor.send("GET", "/api/resource/Lead?limit_page_length=1")[1]["data"][0]["name"]
	path = f"/api/method/frappe.client.get?{urlencode({'doctype': 'Lead', 'name': lead})}"
	_reads(floor, path, reads)
	rows = {"quiet": _reads(floor, path, reads)}
	floor.pbx("POST", "behave", {"kind": "hang"})
	rows[f"{AGENTS} agents click, the PBX hangs, each insists"] = _while_clicking(
		floor, path, reads, "Try Now"
	)
	rows[f"{AGENTS} agents click, the PBX hangs"] = _while_clicking(floor, path, reads, "")
	floor.pbx("POST", "reset", {})
	rows["quiet again"] = _reads(floor, path, reads)
	return _table(rows, floor)


def _reads(floor, path: str, reads: int) -> tuple[list[float], int]:
	seconds = []
	for _read in range(reads):
		began = time.perf_counter()
		status, _body = floor.send("GET", path)
		seconds.append(time.perf_counter() - began)
		if status != 200:
			raise RuntimeError(f"{path} answered {status}")
		time.sleep(THINK)
	return seconds, 0


def _while_clicking(floor, path: str, reads: int, override: str) -> tuple[list[float], int]:
	is_over, clicks = threading.Event(), []

	def click() -> None:
		is_over.wait(random.uniform(0, BETWEEN))  # noqa: S311 - so that agents do not click in step
		while not is_over.is_set():
			clicks.append(floor.dial(next(NUMBERS), override=override))
			is_over.wait(BETWEEN)

	agents = [threading.Thread(target=click, daemon=True) for _agent in range(AGENTS)]
	for agent in agents:
		agent.start()
	time.sleep(BETWEEN)
	seconds, _none = _reads(floor, path, reads)
	is_over.set()
	for agent in agents:
		agent.join(60)
	return seconds, len(clicks)


def _table(rows: dict, floor) -> str:
	quiet = _p95([*rows["quiet"][0], *rows["quiet again"][0]])
	lines = [
		f"## An unrelated request while a PBX hangs ({floor.site.label})",
		"",
		f"`frappe.client.get` of a Lead, {len(rows['quiet'][0])} times one after the other, on {floor.site.web_workers} web workers as bench"
		f" starts them (gunicorn, sync). Each of {AGENTS} agents clicks another number every {BETWEEN} seconds; a busy one"
		" does so every forty. The ratio is to the 95th percentile of both quiet rows together. *Insists* means that the"
		" pause after three silent dials is overridden each time.",
		"",
		"| | median, ms | p95, ms | clicks | p95 : quiet |",
		"| --- | --- | --- | --- | --- |",
	]
	for title, (seconds, clicks) in rows.items():
		median, p95 = statistics.median(seconds), _p95(seconds)
		lines.append(f"| {title} | {1000 * median:.1f} | {1000 * p95:.1f} | {clicks} | {p95 / quiet:.2f} |")
	return "\n".join(lines)


def _p95(seconds: list[float]) -> float:
	return statistics.quantiles(seconds, n=20)[-1]
