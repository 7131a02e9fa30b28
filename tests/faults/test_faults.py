"""MariaDB or Redis dies, or a disk is full, while calls are placed and events come: nothing twice, nothing lost."""

import itertools
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

NUMBERS = (f"+447700{last:06}" for last in itertools.count(900000))


@pytest.fixture
def number():
	return next(NUMBERS)


def test_the_database_dies_while_the_pbx_hangs_and_the_row_says_so_afterwards(floor, number):
	floor.pbx("POST", "behave", {"kind": "hang"})
	with ThreadPoolExecutor(1) as pool:
		click = pool.submit(floor.dial, number)
		floor.wait_until(lambda: floor.dialed)
		floor.kill_database()
		status, _reply = click.result()
	assert status == 500
	floor.start_database()
	[call] = floor.calls(number=number)
	# As who asks for this call reads it; lists say so after the sweep.
	floor.wait_until(lambda: floor.call(call["name"])["status"] != "Dialing")
	told = floor.call(call["name"])
	assert (told["status"], told["failure_code"], told["number"]) == (
		"Unknown",
		"interrupted",
		call["number"],
	)
	assert floor.dialed == [number]
	floor.pbx("POST", "reset", {})
	# Within the repeat window a click is still that call.
	floor.wait_until(lambda: not floor.dial(number)[1]["repeated"])
	assert floor.dialed == [number]


def test_without_a_database_nothing_is_dialed(floor, number):
	floor.kill_database()
	assert floor.dial(number)[0] == 500
	assert not floor.dialed
	floor.start_database()
	assert floor.calls(number=number) == []
	assert floor.dial(number)[1]["status"] == "Requested"


def test_without_redis_calls_are_placed_once_and_logged_all_the_same(floor, number):
	floor.stop_redis()
	with ThreadPoolExecutor(4) as pool:
		replies = list(pool.map(lambda _tab: floor.dial(number), range(4)))
	assert {status for status, _reply in replies} == {200}
	assert len({reply["call"] for _status, reply in replies}) == 1
	assert floor.dialed == [number]
	[call] = floor.calls(number=number)
	assert call["status"] == "Requested"
	assert floor.tell(event="end", call=call["name"], hangup_cause="ANSWERED", duration="7") == 200
	assert floor.calls(number=number)[0]["status"] == "Completed"


def test_the_database_dies_while_events_come_and_none_is_lost_or_counts_twice(floor):
	calls = [floor.dial(next(NUMBERS))[1]["call"] for _ in range(12)]
	events = [
		{"event": kind, "call": call, "hangup_cause": "ANSWERED" if kind == "end" else "", "duration": "42"}
		for call in calls
		for kind in ("end", "start", "answer")
	]
	taken, some_taken = [], threading.Event()

	def tell(event):
		status = floor.tell(**event)
		if status == 200:
			taken.append(event)
			if len(taken) > 9:
				some_taken.set()
		return status

	with ThreadPoolExecutor(4) as pool:
		telling = [pool.submit(tell, event) for event in events]
		some_taken.wait(30)
		floor.kill_database()
		statuses = [one.result() for one in telling]
	floor.start_database()
	assert 200 in statuses and any(status != 200 for status in statuses)
	# What was not taken is sent again, as PBXs do; what was taken is there.
	for event in events:
		assert event in taken or floor.tell(**event) == 200
	# What was stored before the crash and not applied is tried again each minute.
	floor.site.run("execute", "c2c_frappe.events.intake.retry_waiting")
	done = {call["name"]: call for call in floor.calls(name=["in", calls])}
	assert {(call["status"], call["duration"]) for call in done.values()} == {("Completed", 42)}
	counted = "print(chr(10) + str(frappe.db.count('PBX Event', {'call': ('in', %r), 'outcome': 'Applied'})))"
	assert floor.site.execute(counted % calls).split()[-1] == str(len(events))


def test_a_full_disk_under_the_log_files_stops_no_call(floor, number):
	logs = [
		*(floor.site.folder / "logs").glob("*.log"),
		*(floor.site.sites / floor.site.name / "logs").glob("*.log"),
	]
	assert logs
	for log in logs:
		log.rename(log.with_suffix(".aside"))
		log.symlink_to("/dev/full")
	try:
		assert floor.dial(number)[1]["status"] == "Requested"
		assert floor.dialed == [number]
	finally:
		for log in logs:
			log.unlink()
			log.with_suffix(".aside").rename(log)


@pytest.fixture
def full_database(floor):
	"""The site's tables on a disk of their own that is full; skipped where this user may not mount one."""
	[data] = [
		folder
		for folder in floor.site.database.data.iterdir()
		if (folder / "tabPBX@0020Call@0020Log.ibd").exists()
	]
	aside = data.with_name(f"{data.name}.aside")
	floor.site.database.stop()
	data.rename(aside)
	data.mkdir()
	size = sum(file.stat().st_size for file in aside.iterdir()) // 2**20 + 64
	mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", data]
	is_mounted = subprocess.run(mount, capture_output=True).returncode == 0
	try:
		if not is_mounted:
			pytest.skip("this user may not mount a small disk to fill")
		subprocess.run(["cp", "-a", f"{aside}/.", data], check=True)
		floor.start_database()
		yield data
	finally:
		floor.site.database.stop()
		if is_mounted:
			subprocess.run(["umount", data], check=True)
		data.rmdir()
		aside.rename(data)
		floor.start_database()


def test_a_full_disk_under_the_database_places_no_call_that_is_not_logged(floor, full_database):
	with open(full_database / "filler", "wb") as filler:
		try:
			while True:
				os.write(filler.fileno(), b"\0" * 2**16)
		except OSError:
			pass
	# One table may have a page left where another has none: what the disk refuses once may pass the next time.
	statuses = {}
	for number in itertools.islice(NUMBERS, 2000):
		statuses[number], _reply = floor.dial(number)
		refused = {number for number, status in statuses.items() if status != 200}
		if len(refused) == 5:
			break
	(full_database / "filler").unlink()
	assert set(statuses.values()) == {200, 500}
	assert refused - set(floor.dialed)
	assert set(floor.dialed) <= {call["number"] for call in floor.calls()}
	names = [call["name"] for call in floor.calls(status="Dialing")]
	floor.wait_until(lambda: all(floor.call(name)["status"] != "Dialing" for name in names))
