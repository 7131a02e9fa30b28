"""The form of a PBX account: what a connection test, a token and a test call say of this account, and of no other."""

import pytest
from desk_page import digits

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
	press(admin_page, "Test connection")
	dialog(admin_page).get_by_text("name and network are fine. Plain http is not encrypted.").wait_for()
	assert "certificate" not in dialog(admin_page).inner_text()


def test_only_a_token_that_exists_is_warned_about(admin_page, open_form, account):
	"""The first token is made at once; before a second one the admin is told that the first stops working."""
	open_form(admin_page, "PBX Account", account)
	press_new_token(admin_page)
	admin_page.locator("[data-fieldname=webhook_help] pre", has_text="token=").wait_for(state="attached")
	admin_page.wait_for_function("cur_frm.doc.webhook_token")
	press_new_token(admin_page)
	dialog(admin_page).get_by_text("the present one stops working").wait_for()


def test_a_test_call_does_not_report_another_account_s_call(
	admin_page, open_form, site, simulator, account, phone_of_admin, number
):
	"""A number the admin has just called through another account is not dialed, and no request is shown as sent."""
	usual = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	for name in (usual, account):
		open_form(admin_page, "PBX Account", name)
		press(admin_page, "Make a test call")
		dialog(admin_page).locator("input[data-fieldname=number]").fill(number)
		dialog(admin_page).get_by_role("button", name="Call", exact=True).click()
		title = "Requested" if name == usual else "Not Dialed"
		dialog(admin_page).locator(".modal-title", has_text=title).wait_for()
	said = dialog(admin_page).inner_text()
	assert "Not dialed again" in said and "Request:" not in said
	assert len(simulator.requests) == 1 and simulator.requests[0]["path"].endswith(digits(number))
