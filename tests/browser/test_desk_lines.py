"""The rep sees which line a call takes before it is placed: in the chooser, at the button, and then in the strip."""

import secrets

import pytest
from desk_page import NUMBERS, icon, sent, wait_for_status

OWN = "+442079460018"
ACCOUNT = "Browser Test Line"
PHONE = "1002"
PAIRS = (
	("Body", "extension", "{extension}"),
	("Body", "number", "{number.e164}"),
	("Header", "X-Caller", "{caller_id}"),
)


@pytest.fixture
def line(site, page):
	"""What is said of a call to a number that a rule gives an account of its own, where the agent has a phone."""
	settings = site.admin.get("PBX Settings", "PBX Settings")
	usual = site.admin.get("PBX Account", settings["default_account"])
	made = site.admin.insert(
		"PBX Account",
		account_name=ACCOUNT,
		provider="generic_http",
		url_template=f"{usual['base_url'].rstrip('/')}/generic/json/call",
		http_method="POST",
		body_kind="JSON",
		allow_private=1,
		allow_http=1,
		own_numbers=OWN,
		request_pairs=[dict(zip(("part", "key", "value"), pair, strict=True)) for pair in PAIRS],
		answer_rules=[{"reads": "Success", "place": "success", "value": "true"}],
	)
	site.admin.set("User", site.agent, pbx_phones=[{"label": "Desk", "extension": PHONE, "account": ACCOUNT}])
	rule = {"begins_with": "+44", "account": ACCOUNT, "caller_id": OWN}
	site.admin.set("PBX Settings", "PBX Settings", line_rules=[rule])
	yield f"{ACCOUNT} · Caller ID {OWN} · Phone {PHONE}"
	page.goto("about:blank")  # the strip asks how a call stands as long as it is there
	site.admin.set("PBX Settings", "PBX Settings", line_rules=[])
	site.admin.set("User", site.agent, pbx_phones=[])
	for call in site.admin.list("PBX Call Log", filters={"account": ACCOUNT}):
		site.admin.call("frappe.client.delete", doctype="PBX Call Log", name=call["name"])
	site.admin.call("frappe.client.delete", doctype="PBX Account", name=made["name"])


def call_button(page):
	return page.locator(".page-head:visible .c2c-button:visible").first


def pointed_at(page, button, line):
	"""Rest the pointer on a button until its tooltip says the line."""
	button.hover()
	handle = button.element_handle()
	page.wait_for_function("([button, line]) => button.title.includes(line)", arg=[handle, line])
	return button.get_attribute("title")


def test_tooltip_says_the_line_and_the_call_takes_it(page, open_form, simulator, lead, line):
	open_form(page, "Lead", lead["name"])
	dials = sent(page, "dial")
	assert pointed_at(page, icon(page, "mobile_no"), line).startswith("Call the number in ")
	assert pointed_at(page, call_button(page), line).endswith(line)
	assert call_button(page).get_attribute("aria-description") == line
	assert dials == []
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	assert simulator.calls[-1]["extension"] == PHONE
	page.locator(".c2c-strip-line", has_text=f"{ACCOUNT} · Caller ID {OWN}").wait_for()
	assert PHONE in page.locator(".c2c-strip").inner_text()


def test_chooser_says_the_line_of_each_number(page, open_form, site, line, faults):
	british, other = next(NUMBERS), "+33 1 23 45 67 89"
	phones = [{"phone": british, "is_primary_mobile_no": 1}, {"phone": other}]
	contact = site.admin.insert("Contact", first_name=f"Irene {secrets.token_hex(3)}", phone_nos=phones)
	open_form(page, "Contact", contact["name"])
	call_button(page).click()
	page.locator(".c2c-choice:focus").wait_for()
	lines = page.locator(".c2c-choice-line").all_inner_texts()
	assert lines[0] == line
	assert len(lines) == 2 and ACCOUNT not in lines[1] and "Phone 1000" in lines[1]
	assert faults(page, ".c2c-dialog") == []
	page.keyboard.press("Escape")


def test_without_rules_nothing_is_asked_and_nothing_is_said(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	asked = sent(page, "numbers")
	icon(page, "mobile_no").hover()
	# Long after a question would have been asked.
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	assert asked == []
	assert "\n" not in icon(page, "mobile_no").get_attribute("title")
	assert page.locator(".c2c-strip-line").inner_text() == ""
