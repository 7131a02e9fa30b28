"""The listener or Asterisk is killed while a call comes in that nobody clicked: one row, and none stays open."""

import os
import signal
import time

import pytest

asterisk_install = pytest.importorskip("asterisk_install", reason="run ./dev test site")
asterisk_floor = pytest.importorskip("asterisk_floor")
asterisk_lab = pytest.importorskip("asterisk_lab")
listening = pytest.importorskip("listening")
services = pytest.importorskip("services")
places = pytest.importorskip("places")

LISTENER, ACCOUNT = "live-listener", "A floor"
# Both phones ring until the test picks one up.
GROUP = "214"
SET_UP = """
values = {{"base_url": {url!r}, "allow_http": 1, "ari_user": {user!r}, "ari_password": {password!r}}}
account = frappe.get_doc({{"doctype": "PBX Account", "account_name": {account!r}, "provider": "asterisk", **values}})
account.ari_context = "c2c-lab-clicked"
account.insert()
frappe.db.set_value("User", {{"pbx_extension": "1000"}}, {{"pbx_extension": "1103", "pbx_account": {account!r}}})
"""
BACK = """
frappe.db.set_value("User", {{"pbx_extension": "1103"}}, {{"pbx_extension": "1000", "pbx_account": {account!r}}})
"""
CALLERS = (f"+447700900{number}" for number in range(500, 600))


@pytest.fixture(scope="module")
def phones(floor):
	"""The phones of a running Asterisk; 1103 is somebody's."""
	try:
		with asterisk_lab.running(places.STATE / "asterisk-live-faults") as lab:
			words = {"user": asterisk_lab.USER, "password": asterisk_lab.PASSWORD, "account": ACCOUNT}
			floor.site.execute(SET_UP.format(url=lab.url, **words))
			with asterisk_floor.on(lab) as started:
				yield started
			floor.site.execute(BACK.format(account=floor.account))
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))


@pytest.fixture
def listener(floor, phones):
	"""A function that starts the listener and waits until it is connected; another one kills it."""
	state = floor.site.state

	def start():
		listening.start(floor.site.folder, floor.site.name, state, LISTENER, floor.site.environment)
		floor.wait_until(lambda: f"{ACCOUNT}: connected." in services.tail(LISTENER, state))

	def kill():
		pid = services.pid_of(LISTENER, state)
		os.kill(pid, signal.SIGKILL)
		os.waitpid(pid, 0)
		(state / f"{LISTENER}.log").unlink()

	start()
	yield start, kill
	services.stop(state, LISTENER)
	(state / f"{LISTENER}.log").unlink(missing_ok=True)


def row_of(floor, number):
	rows = floor.calls(number=number)
	assert len(rows) <= 1
	return rows[0] if rows else {"status": ""}


def comes_in(floor, phones, stage):
	"""Let a customer call; return (number, their leg, the phone that rings) once the row has this status."""
	number = next(CALLERS)
	# Phones that an Asterisk rang which was killed ring for ever.
	phones.phones.rung.clear()
	leg = phones.phones.call_in(number, GROUP)
	phone = phones.phones.wait_for("1103", "ringing")
	floor.wait_until(lambda: row_of(floor, number)["status"] == "Ringing")
	if stage == "In Progress":
		phone.answer()
		floor.wait_until(lambda: row_of(floor, number)["status"] == "In Progress")
	return number, leg, phone


@pytest.mark.parametrize(("stage", "end"), [("Ringing", "Canceled"), ("In Progress", "Completed")])
def test_killed_listener_goes_on_with_the_call_where_it_stands(floor, phones, listener, stage, end):
	start, kill = listener
	number, leg, _phone = comes_in(floor, phones, stage)
	kill()
	start()
	leg.cancel() if stage == "Ringing" else leg.hang_up()
	floor.wait_until(lambda: row_of(floor, number)["status"] == end)
	assert not row_of(floor, number)["failure_code"]


@pytest.mark.parametrize(("stage", "end"), [("Ringing", "Unknown"), ("In Progress", "Completed")])
def test_call_that_ends_while_no_listener_runs_is_over_and_nothing_is_made_up(
	floor, phones, listener, stage, end
):
	start, kill = listener
	number, leg, _phone = comes_in(floor, phones, stage)
	kill()
	leg.cancel() if stage == "Ringing" else leg.hang_up()
	time.sleep(0.5)
	start()
	floor.wait_until(lambda: row_of(floor, number)["status"] == end)
	assert (row_of(floor, number)["failure_code"] or "") == ("no_end_event" if end == "Unknown" else "")


@pytest.mark.parametrize(("stage", "end"), [("Ringing", "Unknown"), ("In Progress", "Completed")])
def test_killed_asterisk_leaves_no_call_open(floor, phones, listener, stage, end):
	number, _leg, _phone = comes_in(floor, phones, stage)
	phones.lab.kill_asterisk()
	phones.lab.start_asterisk()
	floor.wait_until(lambda: row_of(floor, number)["status"] == end, 60)
