"""A floor that is busy for minutes: calls come in at a steady pace, and the listener must neither fall behind nor err.

`./dev bench` runs it in the Python of a bench, in its folder `sites`, on a throwaway site. The listener is the real one in
a process of its own; a WebSocket on loopback repeats, in their own time, the events a real Asterisk sent for one answered
call, under ever new ids, at another of the phones each time. Prints one JSON object; a row that is missing, doubled or not
as it should be ends it.
"""

import heapq
import itertools
import json
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import frappe
from filling import connected
from listener_cost import Flood, prepare_account, resident

RECORDING = Path(__file__).parent.parent / "tests/events/asterisk_floor/the_agent_hangs_up.jsonl"
ACCOUNT = "Busy floor"
PHONES, FIRST_PHONE = 200, 2000
# Seconds for which the listener may be behind at the end before the run is given up.
PATIENCE = 600
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")


class Recording:
	"""One call as it was recorded: its events, each with its second from the beginning."""

	def __init__(self):
		self.lines = RECORDING.read_text().splitlines()[1:]
		stamps = [json.loads(line)["timestamp"][:23] for line in self.lines]
		began = min(map(datetime.fromisoformat, stamps))
		self.seconds = [(datetime.fromisoformat(stamp) - began).total_seconds() for stamp in stamps]
		[self.prefix] = set(re.findall(r"lab-\d+\.", "".join(self.lines)))

	def event(self, number: int, index: int) -> bytes:
		"""Return an event of the n-th call as if it came now."""
		now = datetime.utcnow().isoformat(timespec="milliseconds")
		# The phone first: what an id or a number says must not be taken for it.
		line = self.lines[index].replace("1101", phone_of(number)[1]).replace(self.prefix, f"busy-{number}.")
		return _MOMENT.sub(now, line.replace("+447700900801", number_of(number))).encode()


def number_of(call: int) -> str:
	"""Return the caller's number of the n-th call."""
	return f"+4479{call:08}"


def phone_of(call: int) -> tuple[str, str]:
	"""Return (user, extension) of the phone the n-th call rings."""
	number = call % PHONES
	return f"busy-{number}@example.com", str(FIRST_PHONE + number)


def prepare(url: str) -> None:
	"""Make the account, and a user for each phone; past Frappe, which takes a second for each."""
	prepare_account(ACCOUNT, url)
	phones = [phone_of(number) for number in range(PHONES)]
	columns = ["name", "email", "first_name", "pbx_extension", "pbx_account", "enabled", "user_type"]
	users = [(user, user, user, extension, ACCOUNT, 1, "System User") for user, extension in phones]
	frappe.db.bulk_insert("User", columns, users)
	roles = [(frappe.generate_hash(), user, "User", "roles", "PBX Agent") for user, _extension in phones]
	frappe.db.bulk_insert("Has Role", ["name", "parent", "parenttype", "parentfield", "role"], roles)


def play(flood: Flood, recording: Recording, calls: int, pace: float, look) -> None:
	"""Send the events of all calls when they are due, the n-th call's from second n / pace on."""
	due = [(number / pace, number, 0) for number in range(calls)]
	heapq.heapify(due)
	began, looked_at = time.monotonic(), 0.0
	while due:
		second, number, index = heapq.heappop(due)
		wait = second - (time.monotonic() - began)
		if wait > 0:
			time.sleep(wait)
		flood.say_text(recording.event(number, index))
		if index + 1 < len(recording.lines):
			heapq.heappush(due, (number / pace + recording.seconds[index + 1], number, index + 1))
		if second - looked_at >= 10:
			looked_at = second
			look()


def statements() -> int:
	"""Return how many statements the database has answered."""
	return int(frappe.db.sql("SHOW GLOBAL STATUS LIKE 'Questions'")[0][1])


def behind(calls: int) -> float:
	"""Return after how many seconds the last call had ended."""
	began = time.monotonic()
	while frappe.db.count("PBX Call Log", {"account": ACCOUNT, "status": "Completed"}) < calls:
		if time.monotonic() - began > PATIENCE:
			raise RuntimeError("the listener did not come to the end in time")
		time.sleep(0.2)
		frappe.db.rollback()
	return time.monotonic() - began


def check(calls: int) -> None:
	"""Look that each call is one row, of the user whose phone rang."""
	rows = frappe.get_all("PBX Call Log", {"account": ACCOUNT}, ["number", "agent", "extension"], limit=0)
	expected = {(number_of(n), *phone_of(n)) for n in range(calls)}
	if len(rows) != calls or {(row.number, row.agent, row.extension) for row in rows} != expected:
		raise RuntimeError(f"{len(rows)} rows for {calls} calls, or not the right ones")


def main(site: str, seconds: int, pace: float, argv: list[str]) -> dict:
	"""Run the listener by this command for so many seconds at this pace, and return what it took."""
	flood, recording, calls = Flood(), Recording(), int(seconds * pace)
	with connected(site):
		prepare(flood.url)
	with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process, connected(site):  # noqa: S603
		try:
			if not flood.opened.wait(60):
				raise RuntimeError("the listener did not connect")
			time.sleep(1)  # it asks for the events it wants
			memory: list[float] = []
			before = statements()
			play(flood, recording, calls, pace, lambda: memory.append(resident(process.pid)))
			lag = behind(calls)
			asked = statements() - before
			check(calls)
		finally:
			process.terminate()
	halves = itertools.islice(memory, len(memory) // 2, None)
	return {
		"phones": PHONES,
		"seconds": seconds,
		"pace": pace,
		"calls": calls,
		"events": calls * len(recording.lines),
		"behind": round(lag, 1),
		"statements": round(asked / calls, 1),
		"first": memory[0],
		"middle": next(halves),
		"last": memory[-1],
	}


if __name__ == "__main__":
	print(json.dumps(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])))
