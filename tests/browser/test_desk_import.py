"""The forms of an import of calls and of the settings: what stands where, and what it is called."""

import pytest

ROWS = "Call ID;Call start;From;To;Talk time;Result\nc2c-browser-1;2026-07-23 12:00;1000;+447700900811;5;ANSWERED\n"
BROKEN = "c2c-browser-2;never;1000;+447700900811;5;ANSWERED\n"


@pytest.fixture
def imported(site):
	"""A new import of a file with a good row and a broken one."""
	[account] = site.admin.list("PBX Account", filters={"provider": "commpeak"})[:1]
	content = {"file_name": "november.csv", "is_private": 1, "content": ROWS + BROKEN}
	file = site.admin.insert("File", **content)
	made = site.admin.insert(
		"PBX Call Import", account=account["name"], file=file["file_url"], time_zone="UTC"
	)
	yield made
	for doctype, filters in (
		("PBX Call Import", {"name": made["name"]}),
		("PBX Call Log", {"number": "+447700900811"}),
		("File", {"name": file["name"]}),
	):
		for row in site.admin.list(doctype, filters=filters):
			site.admin.call("frappe.client.delete", doctype=doctype, name=row["name"])


def press(page, label):
	page.locator(".page-head:visible .custom-actions button:visible", has_text=label).click()


def test_import_says_on_top_what_became_of_its_rows(admin_page, open_form, imported):
	open_form(admin_page, "PBX Call Import", imported["name"])
	assert "november" in admin_page.locator(".page-head:visible .title-area").inner_text()
	press(admin_page, "Preview")
	preview = admin_page.locator("[data-fieldname=preview] thead")
	preview.wait_for()
	assert preview.locator("th").all_inner_texts()[:3] == ["Row", "Start", "Direction"]
	press(admin_page, "Import")
	summary = admin_page.locator(
		".form-dashboard .indicator:visible, .form-dashboard .indicator-pill:visible"
	)
	summary.filter(has_text="Invalid: 1").wait_for()
	assert summary.filter(has_text="Rows Read: 2").count() == 1
	report = admin_page.locator("[data-fieldname=problems_view] thead th")
	assert report.all_inner_texts() == ["Row", "Result", "Reason"]


def test_settings_of_a_topic_stand_side_by_side(admin_page, site):
	"""Limits of a user and of the site, which numbers and when."""
	admin_page.goto(f"{site.desk}/pbx-settings")
	admin_page.wait_for_function("window.cur_frm && cur_frm.doctype === 'PBX Settings'")
	for left, right in (
		("max_calls_per_user_per_minute", "max_calls_per_minute"),
		("max_calls_per_user_per_day", "max_calls_per_day"),
		("wrap_up", "recording_days"),
	):
		one, other = (
			admin_page.locator(f".frappe-control[data-fieldname={name}]:visible").bounding_box()
			for name in (left, right)
		)
		assert one["y"] == other["y"] and one["x"] + one["width"] <= other["x"], (left, right)
