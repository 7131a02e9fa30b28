"""Giving out extensions on an account's form: what is pasted, what is moved, and what is said of it."""

import pytest

ROBIN = "robin@example.com"
CALLER_ID = "+442079460000"
FIELDS = ("pbx_extension", "pbx_account", "pbx_caller_id")


@pytest.fixture
def phones(site):
	"""A function (user) that returns that user's phone; whatever a test does to two users is put back."""

	def phone_of(user):
		known = site.admin.get("User", user)
		return tuple(known.get(field) or "" for field in FIELDS)

	before = {user: phone_of(user) for user in (site.agent, ROBIN)}
	yield phone_of
	for user, values in before.items():
		site.admin.set("User", user, **dict(zip(FIELDS, values, strict=True)))


@pytest.fixture
def dialog(admin_page, open_form, site, phones):
	"""The dialog *Extensions* of the default account, with a caller ID set for the agent."""
	account = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	site.admin.set("PBX Account", account, own_numbers=CALLER_ID)
	site.admin.set("User", site.agent, pbx_caller_id=CALLER_ID)
	open_form(admin_page, "PBX Account", account)
	admin_page.locator(".page-head:visible .custom-actions button:visible", has_text="Extensions").click()
	opened = admin_page.locator(".modal.show", has_text="Extensions on")
	opened.locator("[data-fieldname=pasted] textarea").wait_for()
	admin_page.wait_for_function("window.cur_dialog && cur_dialog.fields_dict.rows")
	return opened


def paste_and_save(dialog, *lines):
	dialog.locator("[data-fieldname=pasted] textarea").fill("\n".join(lines))
	dialog.locator("[data-fieldname=pasted] textarea").blur()
	dialog.page.wait_for_function("cur_dialog.get_value('pasted') === ''")
	dialog.locator(".btn-modal-primary").click()


def test_pasted_line_without_a_caller_id_leaves_it(dialog, site, phones):
	paste_and_save(dialog, f"{site.agent}\t1000")
	dialog.page.locator(".desk-alert", has_text="Extensions saved.").wait_for()
	assert phones(site.agent)[::2] == ("1000", CALLER_ID)


def test_phone_of_another_account_moves_only_when_asked(dialog, site, phones):
	"""And what was saved is said beside what was not."""
	before = phones(ROBIN)
	rows = dialog.page.evaluate(
		"cur_dialog.fields_dict.rows.df.data.filter((row) => !row.is_suggested).length"
	)
	paste_and_save(dialog, f"{ROBIN}\t1001")
	told = dialog.page.locator(".modal.show", has_text=f"{rows} of {rows + 1} saved")
	told.locator("li", has_text="This phone is on the account").wait_for()
	assert phones(ROBIN) == before
	told.locator("button", has_text="Move to This Account").click()
	dialog.page.locator(".desk-alert", has_text="Extensions saved.").wait_for()
	assert phones(ROBIN)[0] == "1001" and phones(ROBIN)[1] != before[1]
