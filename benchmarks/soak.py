"""More than an hour of a busy floor in one go: does anything grow that should not? `./dev bench` runs it.

200 agents who each call every 40 seconds place 18,000 calls in an hour; each brings three events. Here a few web
workers take a share of that as fast as they can, with double clicks, refusals and lost answers in between.
"""

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import services

ROUNDS = 6
CALLS = 500
TABS = 2
BUSY_FLOOR = 200 / 40
FAULTS = ("refuse", "drop", "html", "404")
FAULTY = 0.04
DOUBLE = 0.05
NUMBERS = (f"+447700{last:06}" for last in itertools.count(900000))
STANDING = """
held = frappe.db.sql("select count(*) from `tabPBX Call Log` where slot is not null or site_slot is not null")[0][0]
dialing = frappe.db.count("PBX Call Log", {{"status": "Dialing"}})
import pymysql
with pymysql.connect(host="127.0.0.1", port={port}, user="root", password={password!r}) as server:
	with server.cursor() as cursor:
		cursor.execute("select count(*) from information_schema.processlist where db is not null")
		connections = cursor.fetchone()[0]
		cursor.execute("select count(*) from information_schema.innodb_trx")
		transactions = cursor.fetchone()[0]
print(chr(10), held, dialing, connections, transactions)
"""


def measure(floor, share: float = 1) -> str:
	"""Return the section of the results; `floor` is a Floor of dev.d on a started site, `share` of the calls is placed."""
	calls = round(CALLS * share)
	rows = [_standing(floor)]
	for _round in range(ROUNDS):
		began = time.perf_counter()
		with ThreadPoolExecutor(TABS) as tabs:
			answers = list(tabs.map(lambda number: _call(floor, number), itertools.islice(NUMBERS, calls)))
		seconds = time.perf_counter() - began
		unexpected = sum(not is_good for is_good in answers)
		rows.append((*_standing(floor), len(answers) / seconds, unexpected))
		floor.pbx("POST", "reset", {})
	return _table(rows, calls, floor)


def _call(floor, number: str) -> bool:
	"""Click, now and then twice or at a PBX that errs, and tell the call's three events; say whether all was well."""
	kind = random.choice(FAULTS) if random.random() < FAULTY else "ok"  # noqa: S311
	if kind != "ok":
		floor.pbx("POST", "behave", {"kind": kind, "number": number})
	status, reply = floor.dial(number)
	while status == 200 and reply["failure_code"] == "pbx_busy":
		status, reply = floor.dial(number)
	if status != 200 or reply["status"] != "Requested":
		return kind != "ok" and status == 200
	if random.random() < DOUBLE and floor.dial(number)[1]["call"] != reply["call"]:  # noqa: S311
		return False
	known = {"call": reply["call"], "hangup_cause": "ANSWERED", "duration": "30"}
	return all(floor.tell(event=event, **known) == 200 for event in ("start", "end", "answer"))


def _standing(floor) -> tuple:
	"""Return what the web workers and the database hold: MB, threads, open files, slots, Dialing, connections, locks."""
	master = services.pid_of("web", floor.site.state)
	children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
	resident = sum(_resident(pid) for pid in children) / 1024
	threads = sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in children)
	files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in children)
	server = {"port": floor.site.ports["mariadb"], "password": floor.site.database.password}
	held = floor.site.execute(STANDING.format(**server)).split()[-4:]
	return (resident, threads, files, *map(int, held))


def _resident(pid: str) -> int:
	"""Return a process's own memory in kB: what it does not share with the others."""
	lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
	return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def _table(rows: list[tuple], calls: int, floor) -> str:
	rate = sum(row[7] for row in rows[1:]) / ROUNDS
	lines = [
		f"## Soak ({floor.site.label})",
		"",
		f"{ROUNDS * calls:,} calls with {3 * ROUNDS * calls:,} events by {TABS} clients as fast as {floor.site.web_workers}"
		f" web workers take them: {rate:.1f} calls a second, {rate / BUSY_FLOOR:.1f} times what 200 agents place who each"
		f" call every 40 seconds. {100 * FAULTY:g} % met a PBX that errs, {100 * DOUBLE:g} % were clicked twice; who found the"
		" lines taken clicked again.",
		"",
		"| after | web workers' own MB | threads | open files | slots held | Dialing | connections | transactions | calls/s | unexpected |",
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
	]
	for number, row in enumerate(rows):
		cells = [f"{row[0]:.0f}", *row[1:7], *([f"{row[7]:.1f}", row[8]] if number else ["", ""])]
		lines.append(f"| {number * calls:,} calls | {' | '.join(map(str, cells))} |")
	return "\n".join(lines)
