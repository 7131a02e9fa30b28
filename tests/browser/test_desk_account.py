"""The form of a PBX account: what a connection test, a token and a test call say of this account, and of no other."""

import pytest
from desk_page import digits, settle

NEW = "Browser Test Account"


@pytest.fixture
def account(site, simulator):
	"""The name of an account without a token, which calls through the simulated PBX over plain http."""
	[known, *_] = site.admin.list("PBX Account", ["base_url"], {"provider": "commpeak"})
	values = {"provider": "commpeak", "crm_id": "7", "client_id": "8", "allow_http": 1}
	made = site.admin.insert("PBX Account", account_name=NEW, enabled=1, **known, **values)
	yield made["name"]
	calls = site.admin.list("PBX Call Log", filters={"account": made["name"]})
	for call in calls:
		site.admin.call("frappe.client.delete", doctype="PBX Call Log", name=call["name"])
	site.admin.call("frappe.client.delete", doctype="PBX Account", name=made["name"])


@pytest.fixture
def phone_of_admin(site, account):
	"""An extension for Administrator, on an account where nobody else has it."""
	phone = {"user": "Administrator", "extension": "1002", "account": account}
	site.admin.call("c2c_frappe.api.account.set_extension", **phone)
	yield
	site.admin.call("c2c_frappe.api.account.set_extension", user="Administrator", extension="")


def press(page, label):
	page.locator(".page-head:visible .custom-actions button:visible", has_text=label).click()


def press_new_token(page):
	"""Press the button wherever it is: Frappe closes its section each time it draws the form anew."""
	page.locator("[data-fieldname=new_webhook_token] button").dispatch_event("click")


def dialog(page):
	return page.locator(".modal.show").last


def test_plain_http_is_not_said_to_have_a_certificate(admin_page, open_form, account):
	"""What answers over plain http has shown its name and the network, and no certificate."""
	open_form(admin_page, "PBX Account", account)
	press(admin_page, "Test Connection")
	dialog(admin_page).get_by_text("network are fine. Plain http is not encrypted.").wait_for()
	assert "certificate" not in dialog(admin_page).inner_text()


def test_only_a_token_that_exists_is_warned_about(admin_page, open_form, account):
	"""The first token is made at once; before a second one the admin is told that the first stops working."""
	open_form(admin_page, "PBX Account", account)
	press_new_token(admin_page)
	admin_page.locator("[data-fieldname=webhook_help] pre", has_text="token=").wait_for(state="attached")
	admin_page.wait_for_function("cur_frm.doc.webhook_token")
	press_new_token(admin_page)
	dialog(admin_page).get_by_text("The current address stops working").wait_for()


def test_a_test_call_does_not_report_another_account_s_call(
	admin_page, open_form, site, simulator, account, phone_of_admin, number, long_memory
):
	"""A number the admin has just called through another account is not dialed, and no request is shown as sent."""
	usual = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	for name in (usual, account):
		open_form(admin_page, "PBX Account", name)
		press(admin_page, "Make a Test Call")
		dialog(admin_page).locator("input[data-fieldname=number]").fill(number)
		dialog(admin_page).get_by_role("button", name="Call", exact=True).click()
		title = "Requested" if name == usual else "Not Dialed"
		dialog(admin_page).locator(".modal-title", has_text=title).wait_for()
	said = dialog(admin_page).inner_text()
	assert "Not dialed again" in said and "Request:" not in said
	assert len(simulator.requests) == 1 and simulator.requests[0]["path"].endswith(digits(number))


def test_connection_is_tested_with_what_the_form_shows(admin_page, open_form, site, account):
	"""A changed form is saved first, and its address is asked."""
	open_form(admin_page, "PBX Account", account)
	admin_page.evaluate("cur_frm.set_value('read_timeout', 7)")
	press(admin_page, "Test Connection")
	dialog(admin_page).get_by_text("network are fine").wait_for()
	assert site.admin.list("PBX Account", ["read_timeout"], {"name": account}) == [{"read_timeout": 7}]


def close_message(page):
	"""Close the message in sight, and wait until it is gone."""
	dialog(page).locator(".btn-modal-close").click()
	page.locator(".modal.show").wait_for(state="detached")


def test_refused_save_leads_to_the_field(admin_page, open_form, account, console_errors):
	"""Its section is opened, and the cursor stands there once the message is closed."""
	open_form(admin_page, "PBX Account", account)
	admin_page.evaluate("cur_frm.set_value('read_timeout', 100)")
	admin_page.evaluate("cur_frm.save().catch(() => {})")
	dialog(admin_page).get_by_text("Read Timeout must be from 1 to 60").wait_for()
	close_message(admin_page)
	admin_page.locator("input[data-fieldname=read_timeout]:focus").wait_for()
	expected = ("417", "WrongFieldError")
	console_errors[:] = [text for text in console_errors if not any(word in text for word in expected)]


def test_failed_test_leads_to_the_address(admin_page, open_form, site, account):
	site.admin.set("PBX Account", account, base_url="http://127.0.0.1:1")
	open_form(admin_page, "PBX Account", account)
	press(admin_page, "Test Connection")
	dialog(admin_page).get_by_text("refused the connection").wait_for()
	close_message(admin_page)
	admin_page.locator("input[data-fieldname=base_url]:focus").wait_for()


def test_good_test_is_green(admin_page, open_form, account):
	"""Though CommPeak lets nothing be tested but the way there."""
	open_form(admin_page, "PBX Account", account)
	press(admin_page, "Test Connection")
	dialog(admin_page).locator(".indicator.green").wait_for()


def test_admin_without_a_phone_is_offered_one(admin_page, open_form, site, account):
	"""And is no longer once the extension is saved."""
	open_form(admin_page, "PBX Account", account)
	offer = admin_page.locator(".form-message:visible a", has_text="Enter Extensions")
	offer.click()
	admin_page.wait_for_function("window.cur_dialog && cur_dialog.fields_dict.rows")
	rows = admin_page.evaluate("cur_dialog.get_value('rows')")
	assert rows[0]["user"] == "Administrator"
	admin_page.evaluate("cur_dialog.get_value('rows')[0].extension = '1003'")
	dialog(admin_page).locator(".btn-modal-primary").click()
	offer.wait_for(state="hidden")
	assert site.admin.get("User", "Administrator")["pbx_extension"] == "1003"
	site.admin.call("c2c_frappe.api.account.set_extension", user="Administrator", extension="")


def test_extensions_are_offered_once_by_a_new_account(admin_page, site):
	"""Frappe draws the form twice when it is saved for the first time."""
	admin_page.goto(f"{site.desk}/pbx-account/new-pbx-account-1")
	admin_page.wait_for_function("window.cur_frm?.is_new() && cur_frm.fields_dict.provider")
	values = {"account_name": NEW, "provider": "commpeak", "crm_id": "7", "client_id": "8"}
	admin_page.evaluate(
		"async (values) => { await cur_frm.set_value(values); await cur_frm.save(); }", values
	)
	offers = admin_page.locator(".form-message:visible a", has_text="Enter Extensions")
	offers.first.wait_for()
	settle(admin_page)
	count = offers.count()
	site.admin.call("frappe.client.delete", doctype="PBX Account", name=NEW)
	assert count == 1


def test_form_links_its_page_of_the_documentation(admin_page, open_form, account):
	open_form(admin_page, "PBX Account", account)
	admin_page.evaluate("cur_frm.refresh()")
	link = admin_page.locator(".page-head:visible .c2c-documentation")
	link.wait_for()
	with admin_page.context.expect_page() as opened:
		link.click()
	opened.value.locator("h2#pbx-account").wait_for()


def test_address_for_events_can_be_copied(admin_page, open_form, account):
	open_form(admin_page, "PBX Account", account)
	press_new_token(admin_page)
	admin_page.locator("[data-fieldname=webhook_help] pre", has_text="token=").wait_for(state="attached")
	admin_page.evaluate("frappe.utils.copy_to_clipboard = (text) => (window.c2c_copied = text)")
	admin_page.locator("[data-fieldname=webhook_help] button", has_text="Copy").dispatch_event("click")
	assert "token=" in admin_page.evaluate("window.c2c_copied")


def test_provider_is_chosen_by_its_letters_and_a_key_is_no_password_to_rate(admin_page, site):
	"""Other vendors' names begin alike: only the one that is meant in the end counts."""
	admin_page.goto(f"{site.desk}/pbx-account/new-pbx-account-1")
	admin_page.wait_for_function(
		"window.cur_frm?.is_new() && cur_frm.fields_dict.provider.df.options.length > 9"
	)
	choice = admin_page.locator(".frappe-control[data-fieldname=provider] select")
	choice.select_option("primevox")
	choice.focus()
	admin_page.keyboard.type("CommPeak")
	admin_page.wait_for_function("cur_frm.doc.provider === 'commpeak'")
	key = admin_page.locator(".frappe-control[data-fieldname=stats_api_key]:visible")
	before = key.locator(".help-box").inner_text()
	key.locator("input").fill("1234")
	key.locator("input").press("5")
	# Longer than a choice of a profile takes to open its dialog, and Frappe to rate a password.
	admin_page.evaluate("() => new Promise((done) => setTimeout(done, 1500))")
	assert admin_page.locator(".modal.show").count() == 0
	assert key.locator(".help-box").inner_text() == before
	assert not key.locator(".password-strength-indicator:visible").count()
