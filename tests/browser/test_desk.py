"""The Desk with the app's bundle in it opens, for an agent and an admin, without a complaint in the console."""

from contextlib import ExitStack

import pytest

# What the data of the workspace's chart come from.
CHARTS = ("/frappe.desk.doctype.dashboard_chart.dashboard_chart.get",)
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


def test_the_workspace_asks_for_each_of_its_charts_once(site, admin_page):
	asked = []
	admin_page.on("request", lambda sent: asked.append(sent.url) if sent.url.endswith(CHARTS) else None)
	with ExitStack() as answers:
		for chart in CHARTS:
			is_it = lambda request, chart=chart: request.url.endswith(chart)  # noqa: E731
			answers.enter_context(admin_page.expect_request_finished(is_it))
		admin_page.goto(f"{site.desk}/click-to-call")
	# A chart that asks twice does so before its first answer is drawn.
	admin_page.wait_for_load_state("networkidle")
	assert sorted(url.rpartition("/")[2] for url in asked) == sorted(name.lstrip("/") for name in CHARTS)
	assert admin_page.locator(".modal.show").count() == 0
