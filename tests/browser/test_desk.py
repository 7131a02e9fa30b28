"""The Desk with the app's bundle in it opens, for an agent and an admin, without a complaint in the console."""

import pytest

IS_LIVE = "frappe.realtime.socket && frappe.realtime.socket.connected"


@pytest.mark.parametrize("doctype", ("Lead", "Contact"))
def test_an_agent_s_form_opens_without_a_complaint_and_is_connected_live(site, page, open_form, doctype):
	open_form(page, doctype, site.admin.list(doctype)[0]["name"])
	page.wait_for_function(IS_LIVE)
	assert page.evaluate("typeof frappe.phone_call.handler") == "function"


@pytest.mark.parametrize("doctype", ("PBX Account", "PBX Call Log", "PBX Disposition"))
def test_an_admin_s_list_opens_without_a_complaint(site, admin_page, doctype):
	admin_page.goto(f"{site.desk}/{doctype.lower().replace(' ', '-')}")
	admin_page.wait_for_function("doctype => window.cur_list && cur_list.doctype === doctype", arg=doctype)
	admin_page.wait_for_function("!cur_list.refreshing && $(cur_list.$frappe_list).is(':visible')")
