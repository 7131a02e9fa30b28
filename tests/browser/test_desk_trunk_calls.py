"""A customer calls by the trunk of a real Asterisk: who sees the card, who answers, and what the timeline tells.

On the bench's site with ERPNext only. Two phones ring for ever until the test picks one up, see tests/asterisk/conf/floor.conf.
"""

import os
import secrets
import sys
from pathlib import Path

import pytest
from desk_page import wait_for_status

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "dev.d"))

import asterisk_floor  # noqa: E402
import asterisk_install  # noqa: E402
import asterisk_lab  # noqa: E402
import listening  # noqa: E402
import services  # noqa: E402
from places import STATE  # noqa: E402

RUN = secrets.token_hex(3)
ACCOUNT, PASSWORD = f"A trunk {RUN}", "agent-Passw0rd!"
LISTENERS = STATE / "asterisk-trunk-listener"
# One of Ofcom's numbers for fiction, another one in each run.
CUSTOMER = f"+447700900{secrets.randbelow(1000):03}"
PEOPLE = {"1103": "Ada Byron", "1113": "Rosalind Franklin", "1102": "Emmy Noether"}
GROUP = "214"
SECONDS = 60


def email_of(extension):
	return f"trunk-{RUN}-{extension}@example.com"


@pytest.fixture(scope="module")
def floor(site):
	"""The floor of a running Asterisk that a listener hears, whose phones are three users'."""
	if not site.has_erpnext:
		pytest.skip("calls through a real Asterisk are tested on the site with ERPNext")
	try:
		with asterisk_lab.running(STATE / "asterisk-trunk") as lab, asterisk_floor.on(lab) as started:
			_set_up(site, lab)
			services.stop(LISTENERS)
			listening.start(os.environ["C2C_BENCH"], os.environ["FRAPPE_SITE"], LISTENERS, "listener")
			assert started.until(
				lambda: f"{ACCOUNT}: connected." in services.tail("listener", LISTENERS), SECONDS
			)
			yield started
			services.stop(LISTENERS)
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))


def _set_up(site, lab):
	values = {"base_url": lab.url, "allow_http": 1, "allow_private": 1, "ari_context": "c2c-lab-clicked"}
	values |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
	site.admin.insert("PBX Account", account_name=ACCOUNT, provider="asterisk", **values)
	for extension, name in PEOPLE.items():
		first, last = name.split()
		roles = [{"role": role} for role in ("PBX Agent", "Sales User")]
		user = {"email": email_of(extension), "first_name": first, "last_name": last, "send_welcome_email": 0}
		site.admin.insert(
			"User", **user, new_password=PASSWORD, roles=roles, pbx_account=ACCOUNT, pbx_extension=extension
		)


@pytest.fixture
def lead(site):
	names = {"first_name": "Lise", "last_name": "Meitner", "lead_name": "Lise Meitner"}
	return site.admin.insert("Lead", **names, mobile_no=CUSTOMER)["name"]


def card(page):
	return page.locator(".c2c-strip", has_text="Lise Meitner")


def test_two_phones_ring_one_answers_and_transfers_and_the_timeline_tells(
	floor, site, lead, open_session, open_form
):
	"""A call comes in on the trunk: both see the Lead; one answers; the other is told who; a blind transfer follows."""
	first, second, third = (open_session(email_of(each), PASSWORD) for each in PEOPLE)
	for page in (first, second, third):
		page.goto(f"{site.url}/app/lead")
		page.wait_for_function("window.frappe?.realtime?.socket?.connected")
	customer = floor.phones.call_in(CUSTOMER, GROUP)
	for page in (first, second):
		card(page).wait_for()
		wait_for_status(page, "Incoming Call")
	assert not card(third).is_visible()
	answering = floor.phones.wait_for("1113", "ringing")
	answering.answer()
	# It stands for some seconds only, so it is looked for first.
	first.get_by_text("Lise Meitner: answered by Rosalind Franklin.").wait_for()
	wait_for_status(second, "Talking")
	card(first).wait_for(state="hidden")
	answering.refer("1102")
	card(third).wait_for()
	floor.phones.wait_for("1102")
	answering.hang_up()
	wait_for_status(third, "Talking")
	customer.hang_up()
	wait_for_status(second, "Completed")
	open_form(first, "Lead", lead)
	entry = first.locator(".timeline-item", has_text="Transferred to Emmy Noether")
	entry.wait_for(state="attached")
	assert "Rosalind Franklin" in entry.inner_text() and "Completed" in entry.inner_text()
	[row] = site.admin.list(
		"PBX Call Log", ("agent", "called_number", "ended_by", "status"), {"reference_name": lead}
	)
	assert row == {
		"agent": email_of("1113"),
		"called_number": GROUP,
		"ended_by": "Customer",
		"status": "Completed",
	}
