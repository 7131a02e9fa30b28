"""Calls from the Desk through a real Asterisk, which a real listener hears: phones ring, people talk and hang up.

On the bench's site with ERPNext only. Phones act as tests/asterisk/conftest.py says.
"""

import itertools
import os
import re
import secrets
import signal
import sys
from pathlib import Path

import pytest
from desk_page import eventually, icon, stand_still, wait_for_status

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "dev.d"))

import asterisk_install  # noqa: E402
import asterisk_lab  # noqa: E402
import listening  # noqa: E402
import services  # noqa: E402
from places import STATE  # noqa: E402

# So that the tests can be run again on the same site.
RUN = secrets.token_hex(3)
ACCOUNT = f"A real Asterisk {RUN}"
EMAIL, PASSWORD = f"asterisk-{RUN}@example.com", "agent-Passw0rd!"
LISTENERS = STATE / "asterisk-desk-listeners"
# Whoever hangs up does so after two seconds, which a busy machine may not show.
TALKS_OR_DID = "(Talking|Completed)"
# Ofcom's numbers for fiction; the last digit says what the customer's phone does.
TALKS = (f"+44 7700 900{number:02}1" for number in itertools.count())
HANGS_UP = (f"+44 7700 900{number:02}8" for number in itertools.count())
RINGS_ON = (f"+44 7700 900{number:02}3" for number in itertools.count())


@pytest.fixture(scope="module")
def asterisk(site):
	"""The running Asterisk, and an account on it."""
	if not site.has_erpnext:
		pytest.skip("calls through a real Asterisk are tested on the site with ERPNext")
	try:
		with asterisk_lab.running(STATE / "asterisk-desk", {",60,U(": ",6,U("}) as lab:
			_make_account(site, ACCOUNT, lab)
			_make_agent(site)
			yield lab
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))


@pytest.fixture(scope="module")
def listener(asterisk):
	"""A function that starts one more listener and returns its name once it has printed a text."""
	names = (f"listener-{number}" for number in itertools.count())

	def start(until=f"{ACCOUNT}: connected."):
		name = next(names)
		listening.start(os.environ["C2C_BENCH"], os.environ["FRAPPE_SITE"], LISTENERS, name)
		eventually(lambda: until in services.tail(name, LISTENERS))
		return name

	services.stop(LISTENERS)
	for log in LISTENERS.glob("*.log"):
		log.unlink()
	yield start
	services.stop(LISTENERS)


@pytest.fixture
def heard(listener):
	"""A listener that runs."""
	running = [path.stem for path in LISTENERS.glob("*.json") if services.pid_of(path.stem, LISTENERS)]
	return running[0] if running else listener()


@pytest.fixture
def agent(asterisk, open_session):
	"""A page of the agent whose phone is on that Asterisk."""
	return open_session(EMAIL, PASSWORD)


@pytest.fixture(scope="module")
def api(asterisk, site):
	"""The same agent's session without a browser."""
	return type(site.admin)(site.url, EMAIL, PASSWORD)


@pytest.fixture
def extension(site, asterisk):
	"""A function that gives the agent another phone."""

	def give(number):
		site.admin.set("User", EMAIL, pbx_extension=number)

	yield give
	give("1000")


def _make_account(site, name, lab):
	values = {
		"base_url": lab.url,
		"allow_http": 1,
		"allow_private": 1,
		"ari_context": asterisk_lab.CONTEXT,
		"ari_ring_timeout": 5,
	}
	values |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
	site.admin.insert("PBX Account", account_name=name, provider="asterisk", **values)


def _make_agent(site):
	roles = [{"role": role} for role in ("PBX Agent", "Sales User")]
	user = {
		"email": EMAIL,
		"first_name": "Asta",
		"send_welcome_email": 0,
		"new_password": PASSWORD,
		"roles": roles,
	}
	site.admin.insert("User", **user, pbx_account=ACCOUNT, pbx_extension="1000")


def dial(api, numbers):
	"""Call a number that is on no record; return the call's name."""
	return api.call("c2c_frappe.api.call.dial", number=next(numbers))["call"]


def status(api, call, wanted):
	"""Wait until a call has this status; return its row."""
	eventually(lambda: api.call("c2c_frappe.api.call.state", call=call)["status"] == wanted)
	return api.get("PBX Call Log", call)


def click_lead(page, open_form, site, number):
	"""Click the number of a new Lead; return the Lead's name."""
	names = {"first_name": "Lise", "last_name": "Meitner", "lead_name": "Lise Meitner"}
	lead = site.admin.insert("Lead", **names, mobile_no=number)["name"]
	open_form(page, "Lead", lead)
	icon(page, "mobile_no").click()
	return lead


def only_call(site, lead):
	[name] = [row["name"] for row in site.admin.list("PBX Call Log", ("name",), {"reference_name": lead})]
	return site.admin.get("PBX Call Log", name)


def record_of(lab, call):
	"""The PBX's own record of a call."""
	[record] = [record for record in lab.call_records if record["uniqueid"] == call]
	return record


def seconds_between(lab, call):
	"""The seconds between the customer's answer and the end, as the dialplan logged both."""
	[end] = [line for line in lab.log.splitlines() if f"recording: {call}" in line and "C2CEnd" in line]
	times = re.findall(r"T(\d\d):(\d\d):([\d.]+)Z", end)
	answered, ended = (int(hour) * 3600 + int(minute) * 60 + float(second) for hour, minute, second in times)
	return ended - answered


def playable_seconds(player):
	"""Let the browser's player load a recording; return how many seconds it has."""
	return player.evaluate(
		"""player => new Promise((resolve, reject) => {
			player.addEventListener("loadedmetadata", () => resolve(player.duration));
			player.addEventListener("error", () => reject(new Error(player.error.message)));
			player.preload = "metadata";
			player.load();
		})"""
	)


class TestInTheBrowser:
	def test_a_lead_is_called_and_the_customer_hangs_up(self, agent, open_form, site, asterisk, heard):
		number = next(HANGS_UP)
		lead = click_lead(agent, open_form, site, number)
		wait_for_status(agent, TALKS_OR_DID)
		wait_for_status(agent, "Completed")
		assert agent.get_by_role("button", name="Hang Up").is_hidden()
		row = only_call(site, lead)
		assert (row["status"], row["duration"]) == ("Completed", 2)
		assert abs(seconds_between(asterisk, row["name"]) - row["duration"]) < 1
		assert record_of(asterisk, row["name"])["leadid"] == lead
		assert row["recording_url"] == f"{asterisk.url}/ari/recordings/stored/{row['name']}/file"
		entry = agent.locator(".timeline-item", has_text=f"{number}: Completed")
		entry.wait_for(state="attached")
		assert 1 < playable_seconds(entry.locator("audio")) < 4

	def test_a_colleague_is_called_from_the_dial_pad(self, agent, site, asterisk, heard):
		site.admin.set("PBX Account", ACCOUNT, ari_internal_context="c2c-internal")
		agent.goto(f"{site.url}/app/lead")
		agent.wait_for_function("window.frappe?.realtime?.socket?.connected")
		agent.keyboard.press("Alt+Shift+D")
		agent.locator(".c2c-pad-number:focus").wait_for()
		agent.locator(".c2c-pad-number").fill("1008")
		agent.keyboard.press("Enter")
		wait_for_status(agent, TALKS_OR_DID)
		assert "1008" in agent.locator(".c2c-strip").inner_text()
		wait_for_status(agent, "Completed")
		[row] = site.admin.list(
			"PBX Call Log",
			("direction", "number", "duration"),
			{"number_extension": "1008", "account": ACCOUNT},
		)
		assert (row["direction"], row["number"] or "") == ("Internal", "") and row["duration"]

	def test_the_strip_says_whose_phone_rings(self, agent, open_form, site, heard, extension):
		message = agent.locator(".c2c-strip-message")
		extension("1003")
		click_lead(agent, open_form, site, next(RINGS_ON))
		message.get_by_text("Your phone 1003 is ringing: pick up.").wait_for()
		agent.get_by_role("button", name="Hang Up").click()
		wait_for_status(agent, "Canceled")
		extension("1000")
		click_lead(agent, open_form, site, next(RINGS_ON))
		message.get_by_text("Calling Lise Meitner ...").wait_for()
		agent.get_by_role("button", name="Hang Up").click()
		wait_for_status(agent, "Canceled")

	def test_the_agent_hangs_up_on_the_phone(self, agent, open_form, site, asterisk, heard, extension):
		extension("1008")
		lead = click_lead(agent, open_form, site, next(TALKS))
		wait_for_status(agent, TALKS_OR_DID)
		wait_for_status(agent, "Completed")
		row = only_call(site, lead)
		assert abs(seconds_between(asterisk, row["name"]) - row["duration"]) < 1

	def test_the_agent_hangs_up_in_the_desk_by_keyboard(
		self, agent, open_form, site, asterisk, heard, faults
	):
		lead = click_lead(agent, open_form, site, next(TALKS))
		wait_for_status(agent, "Talking")
		assert faults(agent, ".c2c-strip") == []
		# A busy machine may be past the second second by now.
		agent.locator(
			".c2c-strip-time", has_text=re.compile(r"^(0:0[2-9]|0:[1-5]\d|[1-9]\d*:\d\d)$")
		).wait_for()
		agent.get_by_role("button", name="Hang Up").focus()
		agent.keyboard.press("Enter")
		wait_for_status(agent, "Completed")
		agent.get_by_role("button", name="Hang Up").wait_for(state="hidden")
		assert agent.evaluate("document.activeElement.className").startswith("c2c-strip-wrap-up")
		row = only_call(site, lead)
		assert row["duration"] >= 1 and abs(seconds_between(asterisk, row["name"]) - row["duration"]) < 1

	def test_a_phone_that_is_not_connected_is_said_so_and_nothing_rings(
		self, agent, open_form, site, asterisk, extension
	):
		extension("1002")
		lead = click_lead(agent, open_form, site, next(TALKS))
		wait_for_status(agent, "Failed")
		assert "not registered" in agent.locator(".c2c-strip").inner_text()
		row = only_call(site, lead)
		assert row["failure_code"] == "extension_offline"
		assert row["name"] not in {record["uniqueid"] for record in asterisk.call_records}

	def test_an_agent_who_does_not_pick_up_is_told_why_the_call_failed(
		self, agent, open_form, site, heard, extension
	):
		extension("1005")
		click_lead(agent, open_form, site, next(TALKS))
		wait_for_status(agent, "Failed")
		assert "The agent did not answer" in agent.locator(".c2c-strip").inner_text()

	def test_a_manager_chooses_extensions_from_those_asterisk_has(
		self, admin_page, open_form, asterisk, site
	):
		open_form(admin_page, "PBX Account", ACCOUNT)
		admin_page.get_by_role("button", name="Extensions").click()
		dialog = admin_page.locator(".modal.show")
		row = dialog.locator(".grid-body .grid-row", has_text=EMAIL)
		row.locator("[data-fieldname=extension]").click()
		row.locator("input[data-fieldname=extension]").fill("100")
		choices = row.locator(".awesomplete li")
		choices.first.wait_for()
		assert {"1000", "1001"} <= {text.split()[0] for text in choices.all_inner_texts()}

	def test_the_user_form_offers_the_same(self, admin_page, open_form, asterisk):
		open_form(admin_page, "User", EMAIL)
		# A form that is still being drawn closes its sections again.
		admin_page.wait_for_load_state("networkidle")
		admin_page.wait_for_function(
			"() => { cur_frm.scroll_to_field('pbx_extension'); return cur_frm.fields_dict.pbx_extension.$input.is(':visible'); }"
		)
		stand_still(admin_page)
		admin_page.locator("input[data-fieldname=pbx_extension]").click()
		admin_page.locator("#c2c-extensions option").first.wait_for(state="attached")
		offered = admin_page.locator("#c2c-extensions option").evaluate_all(
			"all => all.map((one) => one.value)"
		)
		assert {"1000", "1001", "1002"} <= set(offered) and "trunk" not in offered


class TestTheListener:
	def test_a_second_one_waits_and_goes_on_when_the_first_is_killed_in_the_middle_of_a_call(
		self, api, heard, listener
	):
		second = listener(until="this one waits")
		call = dial(api, TALKS)
		status(api, call, "In Progress")
		os.kill(services.pid_of(heard, LISTENERS), signal.SIGKILL)
		eventually(lambda: f"{ACCOUNT}: connected." in services.tail(second, LISTENERS))
		api.call("c2c_frappe.api.call.hang_up", call=call)
		# Asked for before it was told of the end, it is over first, and the time of it follows.
		row = eventually(lambda: (row := api.get("PBX Call Log", call))["ended_at"] and row)
		assert row["status"] == "Completed" and row["answered_at"]

	def test_what_ended_while_none_ran_is_asked_for_and_not_made_up(self, api, asterisk, heard, listener):
		talking, ringing = dial(api, TALKS), dial(api, RINGS_ON)
		status(api, talking, "In Progress")
		status(api, ringing, "Ringing")
		os.kill(services.pid_of(heard, LISTENERS), signal.SIGKILL)
		for call in (talking, ringing):
			api.call("c2c_frappe.api.call.hang_up", call=call)
		listener()
		row = status(api, talking, "Completed")
		assert row["answered_at"] and not row["duration"] and not row["ended_at"]
		row = status(api, ringing, "Unknown")
		assert row["failure_code"] == "no_end_event"

	def test_asterisk_killed_in_the_middle_of_a_call_leaves_no_call_open(
		self, api, asterisk, heard, listener
	):
		call = dial(api, TALKS)
		status(api, call, "In Progress")
		asterisk.kill_asterisk()
		eventually(lambda: "Trying again" in services.tail(heard, LISTENERS))
		asterisk.start_asterisk()
		assert status(api, call, "Completed")["duration"] in (None, 0)
		later = dial(api, HANGS_UP)
		assert status(api, later, "Completed")["duration"] == 2

	def test_it_shows_the_password_nowhere(self, heard):
		pid = services.pid_of(heard, LISTENERS)
		shown = [Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "environ")]
		shown += [log.read_text() for log in LISTENERS.glob("*.log")]
		assert not any(asterisk_lab.PASSWORD in text for text in shown)

	def test_the_accounts_form_says_whether_one_runs(self, admin_page, open_form, heard):
		open_form(admin_page, "PBX Account", ACCOUNT)
		admin_page.get_by_text("Listener Running").wait_for()
		services.stop(LISTENERS)
		admin_page.reload()
		admin_page.get_by_text("No Listener Running").wait_for()


class TestWithoutAListener:
	def test_the_dialplan_reports_how_a_call_ended_to_our_webhook(self, api, site, asterisk, extension):
		services.stop(LISTENERS)
		name = f"An Asterisk that reports {RUN}"
		_make_account(site, name, asterisk)
		address = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=name)["url"]
		with asterisk_lab.running(STATE / "asterisk-reporting", asterisk_lab.reporting_to(address)) as lab:
			site.admin.set("PBX Account", name, base_url=lab.url)
			site.admin.set("User", EMAIL, pbx_account=name)
			call = dial(api, HANGS_UP)
			row = status(api, call, "Completed")
		site.admin.set("User", EMAIL, pbx_account=ACCOUNT)
		recording = site.admin.get("PBX Call Log", call)["recording_url"]
		assert row["duration"] == 2 and recording.startswith(f"{lab.url}/ari/recordings/stored/")
