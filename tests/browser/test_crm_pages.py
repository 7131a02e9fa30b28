"""Frappe CRM's own pages: its buttons dial through the simulated PBX, its popup and Calls tab tell how the call stands.

Skipped on a site without Frappe CRM.
"""

import os
import re

import pytest
from crm_page import PHONE_ICON, POPUP, show_page
from desk_page import digits, last_dialed

MAKE_A_CALL = re.compile(r"exotel\.handler\.make_a_call")
GET_RECORDING = re.compile(r"api\.get_recording_url")
PLAYED = "(audio) => audio.currentTime > 0"
# What the address of a player answers to whoever is logged in here.
DOWNLOAD = """async (audio) => {
	const response = await fetch(audio.src);
	const bytes = new Uint8Array(await response.arrayBuffer());
	return [response.status, response.headers.get("Content-Type"), String.fromCharCode(...bytes.slice(0, 4))];
}"""
PASSWORD = "Quiet-Harbour-41-lamp"
MOBILE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def with_crm(site, console_errors):
	if not site.has_crm:
		pytest.skip("Frappe CRM is not installed on this site")
	yield
	# Of what its pages complain about, what they ask this app is ours to answer for.
	console_errors[:] = [each for each in console_errors if "exotel" in each or "c2c_frappe" in each]


@pytest.fixture
def lead(site, number):
	"""A CRM Lead of the agent with that number."""
	names = {"first_name": "Lise", "last_name": f"Meitner {digits(number)[-3:]}", "status": "New"}
	return site.admin.insert("CRM Lead", **names, mobile_no=number, lead_owner=site.agent)


@pytest.fixture
def contact(site, number):
	phones = [{"phone": number, "is_primary_mobile_no": 1}]
	return site.admin.insert("Contact", first_name=f"Sophie {digits(number)[-3:]}", phone_nos=phones)


@pytest.fixture
def deal(site, contact):
	"""A CRM Deal of the agent, whose primary contact has the number."""
	people = [{"contact": contact["name"], "is_primary": 1}]
	return site.admin.insert("CRM Deal", status="Qualification", contacts=people, deal_owner=site.agent)


@pytest.fixture
def show(site):
	"""A function (page, path) that opens a page of CRM and returns it."""

	def open_one(page, path):
		return show_page(page, f"{site.url}/crm/{path}")

	return open_one


def says(page, words):
	page.locator(POPUP, has_text=re.compile(words)).wait_for()


def called(site, number):
	"""Return (DocType, name) of the record of the only call to a number."""
	fields, filters = ("reference_doctype", "reference_name"), {"number": f"+{digits(number)}"}
	[call] = site.admin.list("PBX Call Log", fields, filters)
	return call["reference_doctype"], call["reference_name"]


def press(page):
	with page.expect_response(MAKE_A_CALL) as answer:
		page.locator(PHONE_ICON).first.click()
	return answer.value.json()


@pytest.fixture
def colleague(open_session, site, number):
	"""A page of somebody who reads all Leads and has not the role PBX Agent."""
	user = f"sales-{digits(number)}@example.com"
	roles = [{"role": "Sales Manager"}, {"role": "Sales User"}]
	site.admin.insert(
		"User", email=user, first_name="Sam", new_password=PASSWORD, roles=roles, send_welcome_email=0
	)
	return open_session(user, PASSWORD)


def press_on_card(page, record):
	card = page.locator(f"[data-name='{record['name']}']")
	card.wait_for()
	card.locator("button:visible").last.click()
	with page.expect_response(MAKE_A_CALL):
		page.get_by_role("menuitem", name="Make a Call").click()


@pytest.fixture
def recorded(page, show, told, lead):
	"""A page of the Lead in the tab Calls, where a call stands that was recorded."""
	show(page, f"leads/{lead['name']}")
	assert press(page)["message"]["CallSid"]
	(placed,) = told.calls
	told.answer(placed["id"])
	told.answer(placed["id"])
	says(page, r"0:0[1-9]")
	told.hang_up(placed["id"])
	says(page, "Call ended")
	page.locator(POPUP).locator("button:visible").nth(1).click()
	page.get_by_role("tab", name="Calls").click()
	page.get_by_text("Listen").wait_for()
	return page


def plays(page, player, start):
	"""Start a player that is in sight, and see that it plays what this app serves."""
	player.wait_for(state="attached")
	assert GET_RECORDING.search(player.get_attribute("src"))
	assert player.evaluate(DOWNLOAD) == [200, "audio/wav", "RIFF"]
	start()
	page.wait_for_function(PLAYED, arg=player.element_handle())


def test_lead_is_called_from_the_icon_and_the_popup_follows_to_the_end(page, show, site, told, lead, number):
	"""Calling, ringing, a running clock, the end with its length, and a button that closes it."""
	show(page, f"leads/{lead['name']}")
	call = press(page)["message"]["CallSid"]
	# The agent's phone may ring before this looks.
	says(page, "Calling|Ringing")
	(placed,) = told.calls
	told.answer(placed["id"])
	says(page, "Ringing")
	told.answer(placed["id"])
	says(page, r"0:0[1-9]")
	told.hang_up(placed["id"])
	says(page, "Call ended")
	assert last_dialed(told) == digits(number)
	row = site.admin.get("CRM Call Log", call)
	assert (row["status"], row["reference_docname"], row["caller"]) == ("Completed", lead["name"], site.agent)
	page.locator(POPUP).locator("button:visible").nth(1).click()
	page.locator(POPUP).wait_for(state="hidden")
	# The open page has loaded the call by itself.
	page.get_by_role("tab", name="Calls").click()
	page.get_by_text("Outbound Call").first.wait_for()


def test_recording_plays_in_the_calls_tab(recorded):
	recorded.get_by_text("Listen").click()
	player = recorded.locator("audio")
	plays(recorded, player, lambda: player.locator("xpath=..").locator("button").first.click())


def test_recording_plays_in_the_details_of_a_call(recorded):
	recorded.get_by_text("Outbound Call").click()
	player = recorded.locator("audio.audio-control")
	plays(recorded, player, lambda: player.evaluate("(audio) => audio.play()"))


def test_recording_is_not_played_to_a_colleague(recorded, colleague, show, lead, console_errors):
	"""Who may read the Lead sees the call, and its recording is not available."""
	page = show(colleague, f"leads/{lead['name']}")
	page.get_by_role("tab", name="Calls").click()
	with page.expect_response(GET_RECORDING) as answer:
		page.get_by_text("Outbound Call").click()
	assert answer.value.status == 403
	page.get_by_text("Recording not available").wait_for()
	console_errors.clear()


def is_called(page, site, simulator, lead):
	"""The popup is there, and the Lead's number was dialed as the Lead's."""
	says(page, "Calling")
	number = lead["mobile_no"]
	assert last_dialed(simulator) == digits(number)
	assert called(site, number) == ("CRM Lead", lead["name"])


def test_lead_is_called_from_the_button_of_the_calls_tab(page, show, site, simulator, lead):
	"""Log a Call > Make a Call there chooses what its button does, and the button calls."""
	show(page, f"leads/{lead['name']}")
	page.get_by_role("tab", name="Calls").click()
	page.get_by_role("button", name="Log a Call").locator("xpath=following-sibling::*").click()
	page.get_by_text("Make a Call").click()
	assert simulator.requests == []
	with page.expect_response(MAKE_A_CALL):
		page.locator("button.border-0", has_text="Make a Call").click()
	is_called(page, site, simulator, lead)


def test_lead_is_called_from_the_menu_of_the_activities(page, show, site, simulator, lead):
	"""New > Make a Call, above the activities."""
	show(page, f"leads/{lead['name']}")
	page.get_by_role("button", name="New", exact=True).last.click()
	with page.expect_response(MAKE_A_CALL):
		page.get_by_role("menuitem", name="Make a Call").click()
	is_called(page, site, simulator, lead)


def test_lead_is_called_from_a_card_of_the_board(page, show, site, simulator, lead, number):
	"""+ > Make a Call of a Kanban card: the page names no record, so the number's owner is called."""
	show(page, "leads/view/kanban")
	press_on_card(page, lead)
	assert (last_dialed(simulator), called(site, number)) == (digits(number), ("CRM Lead", lead["name"]))


def test_deal_is_called_from_a_card_of_the_board(page, show, site, simulator, deal, number):
	show(page, "deals/view/kanban")
	press_on_card(page, deal)
	assert (last_dialed(simulator), called(site, number)) == (digits(number), ("CRM Deal", deal["name"]))


def test_deal_is_called_by_its_contacts_number(page, show, site, simulator, deal, number):
	show(page, f"deals/{deal['name']}")
	press(page)
	assert last_dialed(simulator) == digits(number)
	assert called(site, number) == ("CRM Deal", deal["name"])


def test_contact_is_called(page, show, site, simulator, contact, number):
	show(page, f"contacts/{contact['name']}")
	with page.expect_response(MAKE_A_CALL):
		page.get_by_role("button", name="Make Call").click()
	says(page, "Calling")
	assert (last_dialed(simulator), called(site, number)) == (digits(number), ("Contact", contact["name"]))


def test_mobile_page_of_a_contact_calls(page, show, site, simulator, contact, number):
	page.set_viewport_size(MOBILE)
	show(page, f"contacts/{contact['name']}")
	with page.expect_response(MAKE_A_CALL):
		page.get_by_role("button", name="Make a Call").click()
	assert last_dialed(simulator) == digits(number)


def test_refusal_is_a_toast_with_our_sentence_and_no_popup(page, show, site, simulator, lead, console_errors):
	site.admin.insert("PBX Do Not Call", number=lead["mobile_no"])
	show(page, f"leads/{lead['name']}")
	assert press(page)["exc_type"] == "ValidationError"
	page.get_by_text("Do Not Call").first.wait_for()
	assert page.locator(POPUP).count() == 0
	assert simulator.requests == []
	console_errors.clear()


def test_customer_who_calls_is_named_to_the_one_agent(page, open_session, show, site, told, lead, number):
	"""The popup opens by itself for the agent, in every tab, and nobody else's page says a word."""
	other = open_session("Administrator", os.environ["C2C_ADMIN_PASSWORD"])
	show(other, "leads")
	show(page, "leads")
	tab = show(page.context.new_page(), f"leads/{lead['name']}")
	page.wait_for_load_state("networkidle")
	tab.wait_for_load_state("networkidle")
	rings = told.begin(extension="1000", number=digits(number), direction="in")
	for each in (page, tab):
		says(each, "Incoming call")
		says(each, "Lise Meitner")
	told.answer(rings["id"])
	says(page, r"0:0[1-9]")
	told.hang_up(rings["id"])
	says(page, "Call ended")
	assert other.locator(POPUP).count() == 0


def test_missed_call_leaves_a_popup_that_can_be_closed_and_the_owner(page, show, site, told, lead, number):
	show(page, f"leads/{lead['name']}")
	page.wait_for_load_state("networkidle")
	rings = told.begin(extension="1000", number=digits(number), direction="in")
	says(page, "Incoming call")
	told.hang_up(rings["id"])
	says(page, "No answer")
	assert site.admin.get("CRM Lead", lead["name"])["lead_owner"] == site.agent


def test_note_of_the_popup_lands_on_our_call(page, show, site, simulator, lead):
	show(page, f"leads/{lead['name']}")
	call = press(page)["message"]["CallSid"]
	says(page, "Calling")
	popup = page.locator(POPUP)
	popup.locator(".footer button").first.click()
	popup.locator(".ProseMirror").fill("Wants an offer")
	with page.expect_response(re.compile("add_note_to_call_log")):
		popup.get_by_role("button", name="Save").click()
	comments = site.admin.list("Comment", ("content",), {"reference_name": call, "comment_type": "Comment"})
	assert "Wants an offer" in comments[0]["content"]


def test_double_click_is_one_call(page, show, simulator, lead):
	show(page, f"leads/{lead['name']}")
	page.locator(PHONE_ICON).first.dblclick()
	says(page, "Calling")
	assert len(simulator.requests) == 1


def test_user_who_may_not_call_sees_no_button(colleague, show, lead):
	page = show(colleague, f"leads/{lead['name']}")
	page.get_by_text("Lise Meitner").first.wait_for()
	page.wait_for_load_state("networkidle")
	assert page.locator(PHONE_ICON).count() == 0


def test_settings_say_who_answers(admin_page, site, open_form):
	page = open_form(admin_page, "PBX Settings", "PBX Settings")
	page.locator("[data-fieldname=call_from_crm]", has_text="call through your PBX").wait_for()
