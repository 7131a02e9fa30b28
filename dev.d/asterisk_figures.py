"""The figures of `./dev bench` about Asterisk: what a click costs, and what the listener takes and keeps.

The clicks go to a real Asterisk; the listener hears a WebSocket that repeats what a real one said.
"""

from collections.abc import Callable

import asterisk_lab
import desks
import listening
from places import FIGURES, ROOT
from progress import step

CLICKS = ROOT / "benchmarks/click_cost.py"
LISTENER = ROOT / "benchmarks/listener_cost.py"
FLOOR = ROOT / "benchmarks/busy_floor.py"
# Calls a second, and for how many seconds.
PACE, FLOOR_SECONDS, QUICK_FLOOR_SECONDS = 5, 600, 30
CALLS, QUICK_CALLS = 10_000, 500
# Half an hour on a machine with two cores that has other things to do.
SECONDS = 5400
# The phone that declines at once, so that no call goes on.
ACCOUNT = f"""
values = {{"base_url": %r, "allow_http": 1, "ari_user": {asterisk_lab.USER!r}, "ari_password": {asterisk_lab.PASSWORD!r}}}
account = frappe.get_doc({{"doctype": "PBX Account", "account_name": "Asterisk", "provider": "asterisk", **values}})
account.ari_context = {asterisk_lab.CONTEXT!r}
account.insert()
user = frappe.get_doc("User", %r)
user.update({{"pbx_account": "Asterisk", "pbx_extension": "1004"}})
user.save()
"""


def text(run: Callable, is_quick: bool) -> str:
	"""Return both sections; `run` is bench.py's way to run a script on a site and read what it printed."""
	calls = QUICK_CALLS if is_quick else CALLS
	with desks.bench_desk("erpnext", FIGURES) as site:
		with asterisk_lab.running(FIGURES / "asterisk") as lab, step("Clicks through Asterisk"):
			filled = desks.sample(site)
			site.execute(ACCOUNT % (lab.url, filled["user"]))
			words = [site.name, site.url, filled["user"], filled["password"]]
			click = run(site, CLICKS, words, SECONDS)
		with step(f"{calls:,} calls through the listener"):
			words = [site.name, str(calls), *listening.command(site.folder, site.name)]
			heard = run(site, LISTENER, words, SECONDS, listening.environment(site.folder))
		floor = busy_floor(run, site, QUICK_FLOOR_SECONDS if is_quick else FLOOR_SECONDS)
		return f"{_click(site.label, click)}\n\n{_listener(heard)}\n\n{floor}"


def busy_floor(run: Callable, site, seconds: int) -> str:
	"""Return the section of calls that come in for so many seconds."""
	with step(f"Calls come in for {seconds} s, {PACE} a second"):
		words = [site.name, str(seconds), str(PACE), *listening.command(site.folder, site.name)]
		return _floor(run(site, FLOOR, words, SECONDS, listening.environment(site.folder)))


def _floor(figures: dict) -> str:
	return "\n".join(
		[
			"## A busy floor",
			"",
			"Calls come in at a steady pace at {phones} phones of as many users, each rings, is answered and ended, as a real"
			" Asterisk told of one. The real listener hears them; who speaks to it is a WebSocket on loopback. Each call is one"
			" row of the user whose phone rang, or nothing is printed here. *Behind* is the time from the last event sent to the last row"
			" that is complete; statements are all the database answered, this measurement's own few included.".format(
				**figures
			),
			"",
			"| seconds | calls a second | calls | events | behind, s | statements a call | MB at first | in the middle | at the end |",
			"| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
			"| {seconds:,} | {pace:g} | {calls:,} | {events:,} | {behind:g} | {statements:g} | {first:g} | {middle:g} | {last:g} |".format(
				**figures
			),
		]
	)


def _click(label: str, figures: dict) -> str:
	return "\n".join(
		[
			f"## What a click costs with Asterisk ({label})",
			"",
			"The same as above through a real Asterisk on loopback, which is asked for the phone before each dial. The"
			" exchange holds both requests. An almost empty site; medians of 100.",
			"",
			"| click, ms | of it CPU | exchange, ms | SQL statements | yardstick, ms | click : yardstick |",
			"| --- | --- | --- | --- | --- | --- |",
			"| {click_own:g} | {click_cpu:g} | {click_exchange:g} | {click_statements:g} | {read_own:g} | {ratio:g} |".format(
				**figures
			),
		]
	)


def _listener(figures: dict) -> str:
	return "\n".join(
		[
			"## What the listener takes",
			"",
			"The real listener in a process of its own; not Asterisk speaks to it but a WebSocket on loopback that repeats"
			" what a real Asterisk sent for one answered call, under ever new names, 500 calls at a time. Each event that"
			" says something is stored and committed, then applied and committed. Memory is the process's resident set.",
			"",
			"| calls | events heard | stored and applied | events a second | calls a second | MB after 500 calls | MB at the end |",
			"| --- | --- | --- | --- | --- | --- | --- |",
			"| {calls:,} | {events:,} | {stored:,} | {events_per_second:,} | {calls_per_second:g} | {first:g} | {last:g} |".format(
				**figures
			),
		]
	)
