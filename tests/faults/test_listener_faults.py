"""MariaDB or Redis dies while a listener hears calls on a real Asterisk: it goes on, and no call stays open."""

import itertools

import pytest

asterisk_install = pytest.importorskip("asterisk_install", reason="run ./dev test site")
asterisk_lab = pytest.importorskip("asterisk_lab")
listening = pytest.importorskip("listening")
services = pytest.importorskip("services")
places = pytest.importorskip("places")

# The last digit says what the customer's phone does: talk, or hang up after two seconds.
TALKS = (f"+44770090{number:03}1" for number in itertools.count(100))
HANGS_UP = (f"+44770090{number:03}8" for number in itertools.count(100))
LISTENER = "listener"
ACCOUNT = """
values = {{"base_url": {url!r}, "allow_http": 1, "ari_user": {user!r}, "ari_password": {password!r}}}
account = frappe.get_doc({{"doctype": "PBX Account", "account_name": "Asterisk", "provider": "asterisk", **values}})
account.ari_context = {context!r}
account.insert()
frappe.db.set_value("User", {{"pbx_extension": "1000"}}, "pbx_account", "Asterisk")
"""
BACK = """
frappe.db.set_value("User", {{"pbx_extension": "1000"}}, "pbx_account", {account!r})
"""


@pytest.fixture(scope="module")
def asterisk(floor):
	try:
		with asterisk_lab.running(places.STATE / "asterisk-faults") as lab:
			words = {
				"user": asterisk_lab.USER,
				"password": asterisk_lab.PASSWORD,
				"context": asterisk_lab.CONTEXT,
			}
			floor.site.execute(ACCOUNT.format(url=lab.url, **words))
			yield lab
			floor.site.execute(BACK.format(account=floor.account))
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))


@pytest.fixture
def said(floor, asterisk):
	"""A function that returns how often the listener, which runs, has printed a text."""
	state = floor.site.state
	listening.start(floor.site.folder, floor.site.name, state, LISTENER, floor.site.environment)

	def count(text):
		return services.tail(LISTENER, state, lines=10_000).count(text)

	floor.wait_until(lambda: count("Asterisk: connected."))
	yield count
	services.stop(state, LISTENER)
	(state / f"{LISTENER}.log").unlink()


def status_of(floor, call):
	[row] = floor.calls(name=call)
	return row["status"]


def test_the_database_dies_in_the_middle_of_a_call_and_the_listener_goes_on(floor, said):
	call = floor.dial(next(TALKS))[1]["call"]
	floor.wait_until(lambda: status_of(floor, call) == "In Progress")
	floor.kill_database()
	floor.wait_until(lambda: said("beginning anew"))
	floor.start_database()
	floor.wait_until(lambda: said("Asterisk: connected.") == 2)
	later = floor.dial(next(HANGS_UP))[1]["call"]
	floor.wait_until(lambda: status_of(floor, later) == "Completed")
	assert status_of(floor, call) == "In Progress"
	assert floor.send("POST", "/api/method/c2c_frappe.api.call.hang_up", {"call": call})[0] == 200
	floor.wait_until(lambda: status_of(floor, call) == "Completed")


def test_without_redis_a_call_still_moves_on_as_it_happens(floor, said):
	floor.stop_redis()
	call = floor.dial(next(HANGS_UP))[1]["call"]
	floor.wait_until(lambda: status_of(floor, call) == "In Progress")
	floor.wait_until(lambda: status_of(floor, call) == "Completed")
	assert not said("beginning anew")
