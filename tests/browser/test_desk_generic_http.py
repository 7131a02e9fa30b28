"""A PBX Account that is described by a form: started from a profile, previewed with its secrets masked, saved."""

import pytest

NAME = "Browser Test Knowlarity"
SECRET = "knowlarity-s3cret-42"


@pytest.fixture
def account_form(site, admin_page):
	"""The form of a new account of the provider Generic HTTP."""
	admin_page.goto(f"{site.desk}/pbx-account/new")
	admin_page.wait_for_function("window.cur_frm && cur_frm.doctype === 'PBX Account' && cur_frm.is_new()")
	admin_page.evaluate("name => cur_frm.set_value({account_name: name, provider: 'generic_http'})", NAME)
	yield admin_page
	if site.admin.list("PBX Account", filters={"name": NAME}):
		site.admin.call("frappe.client.delete", doctype="PBX Account", name=NAME)


def dialog(page):
	return page.locator(".modal.show").last


def load_profile(page):
	page.locator("[data-fieldname=provider] select").select_option(label="Knowlarity")
	dialog(page).get_by_text("not tested on a live account").wait_for()
	dialog(page).locator("input[data-fieldname=YOUR_SR_NUMBER]").fill("+918929700001")
	dialog(page).locator("input[data-fieldname=secret_1]").fill(SECRET)
	dialog(page).locator("input[data-fieldname=secret_2]").fill(f"{SECRET}-2")
	dialog(page).get_by_role("button", name="Fill In").click()
	page.wait_for_function("cur_frm.doc.profile === 'Knowlarity'")


def offered(page):
	"""Return the names in the list of providers, once the profiles are among them."""
	provider = page.locator("[data-fieldname=provider] select")
	provider.locator("option", has_text="Twilio").wait_for(state="attached")
	return provider.locator("option").all_inner_texts()


def test_a_new_account_offers_providers_and_profiles_by_their_names(account_form):
	"""Names and variables come from the registry, on a form nothing was saved of."""
	names = offered(account_form)
	assert {"CommPeak", "Primevox", "Asterisk", "3CX", "Knowlarity"} <= set(names)
	assert names[-1] == "Generic HTTP" and names[:-1] == sorted(names[:-1], key=str.lower)
	assert account_form.locator("[data-fieldname=provider] select").input_value() == "generic_http"
	shown = account_form.locator("[data-fieldname=variables_help] code").all_inner_texts()
	assert {"{extension}", "{number.e164}", "{custom.KEY}", "{token}"} <= set(shown)


def test_a_new_account_of_twilio_is_not_asked_for_its_webhook_address(account_form):
	"""There is none before the account is saved and has a token."""
	offered(account_form)
	account_form.locator("[data-fieldname=provider] select").select_option(label="Twilio")
	dialog(account_form).locator("input[data-fieldname=YOUR_SID]").wait_for()
	assert dialog(account_form).locator("input[data-fieldname=secret_1]").count() == 1
	assert dialog(account_form).locator("input[data-fieldname=secret_3]").count() == 0


def test_a_profile_fills_the_form_in_and_it_can_be_saved(account_form, site):
	load_profile(account_form)
	account_form.evaluate("cur_frm.save()")
	account_form.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty()")
	saved = site.admin.get("PBX Account", NAME)
	assert saved["url_template"] == "https://kpi.knowlarity.com/Basic/v1/account/call/makecall"
	assert {"k_number": "+918929700001", "agent_number": "{extension}"}.items() <= {
		row["key"]: row["value"] for row in saved["request_pairs"]
	}.items()
	assert SECRET not in str(saved)
	assert (saved["provider"], saved["profile"]) == ("generic_http", "Knowlarity")
	chosen = account_form.locator("[data-fieldname=provider] option:checked")
	assert chosen.inner_text() == "Knowlarity (Generic HTTP)"


def test_a_preview_shows_the_request_without_its_secrets_and_reads_an_answer(account_form, site):
	load_profile(account_form)
	account_form.evaluate("cur_frm.save()")
	account_form.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty()")
	account_form.get_by_role("button", name="Preview").click()
	shown = dialog(account_form)
	account_form.wait_for_function("window.cur_dialog && cur_dialog.fields_dict.reference_doctype")
	account_form.evaluate("agent => cur_dialog.set_value('user', agent)", site.agent)
	shown.locator("input[data-fieldname=number]").fill("+91 98765 43210")
	shown.get_by_role("button", name="Show Request").click()
	request = shown.locator("[data-fieldname=requests] pre")
	request.wait_for()
	text = request.inner_text()
	assert "POST https://kpi.knowlarity.com/" in text and '"customer_number": "+919876543210"' in text
	assert "Authorization: ***" in text and SECRET not in shown.inner_html()
	shown.locator("textarea[data-fieldname=body]").fill('{"error": {"message": "Insufficient balance"}}')
	shown.locator("[data-fieldname=read] button").click()
	reading = shown.locator("[data-fieldname=reading] ul")
	reading.wait_for()
	assert "Failed" in reading.inner_text() and "Insufficient balance" in reading.inner_text()
