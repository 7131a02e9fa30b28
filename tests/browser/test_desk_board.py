"""The board Today on the workspace: live, honest without a connection, and of each reader's own calls alone."""

import os

import pytest
from desk_page import NUMBERS, settle

ROBIN = "robin@example.com"
IS_LIVE = "() => frappe.realtime.socket?.connected"


def figure(page, label):
	return page.locator(".c2c-board .figure", has_text=label).locator("dd").first


def wait_for_figure(page, label, value):
	page.locator(".c2c-board .figure", has_text=label).locator("dd", has_text=str(value)).first.wait_for()


def open_board(page, site):
	page.goto(f"{site.desk}/click-to-call")
	page.locator(".c2c-board .figure").first.wait_for()
	return int(figure(page, "Calls Placed").inner_text())


@pytest.fixture
def dial(site, simulator):
	"""A function that dials a number as a user without a browser, and returns the call."""
	sessions = {}

	def place(user):
		if user not in sessions:
			sessions[user] = type(site.admin)(site.url, user, os.environ["C2C_AGENT_PASSWORD"])
		return sessions[user].call("c2c_frappe.api.call.dial", number=next(NUMBERS))["call"]

	return place


def test_board_is_live_or_says_so_and_shows_own_calls_alone(page, admin_page, site, dial):
	"""A call of either agent is on the manager's board at once; the agent's own board has the own one alone."""
	all_calls, own_calls = open_board(admin_page, site), open_board(page, site)
	for each in (page, admin_page):
		if not each.evaluate(IS_LIVE):
			pytest.skip("this site has no realtime")
		each.locator(".c2c-board .state", has_text="Live").wait_for()
	dial(site.agent)
	call = dial(ROBIN)
	wait_for_figure(admin_page, "Calls Placed", all_calls + 2)
	wait_for_figure(page, "Calls Placed", own_calls + 1)
	site.admin.set("PBX Call Log", call, status="In Progress")
	admin_page.locator(f".c2c-board a[href$='{call}']").wait_for()
	settle(page)
	assert page.locator(f".c2c-board a[href$='{call}']").count() == 0
	assert page.locator(".c2c-board table").last.locator("tbody tr").count() == 1

	# The list of calls stops this page's listening when it is left.
	admin_page.evaluate("frappe.set_route('List', 'PBX Call Log', 'List')")
	admin_page.locator(".list-row").first.wait_for()
	admin_page.go_back()
	wait_for_figure(admin_page, "Calls Placed", all_calls + 2)
	dial(ROBIN)
	wait_for_figure(admin_page, "Calls Placed", all_calls + 3)
	all_calls += 1

	admin_page.evaluate("frappe.realtime.socket.disconnect()")
	admin_page.locator(".c2c-board .state", has_text="Not live: no connection. As of").wait_for()
	dial(site.agent)
	wait_for_figure(page, "Calls Placed", own_calls + 2)
	assert figure(admin_page, "Calls Placed").inner_text() == str(all_calls + 2)
	admin_page.locator(".c2c-board").get_by_role("button", name="Refresh").click()
	wait_for_figure(admin_page, "Calls Placed", all_calls + 3)
	dial(site.agent)
	wait_for_figure(page, "Calls Placed", own_calls + 3)
	# As when the reader comes back to this tab.
	admin_page.wait_for_function(
		"""(placed) => {
			document.dispatchEvent(new Event("visibilitychange"));
			const board = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".figure dd"));
			return board.some((figure) => figure?.textContent === placed);
		}""",
		arg=str(all_calls + 4),
		polling=500,
	)
	admin_page.evaluate("frappe.realtime.socket.connect()")
	admin_page.locator(".c2c-board .state", has_text="Live").wait_for()


def test_failures_are_bars_beside_whole_reasons(admin_page, site, dial):
	"""On the board and in the report, where a chart of the Desk would cut the reasons short."""
	reason = "The agent did not answer"
	site.admin.set("PBX Call Log", dial(site.agent), status="Failed", failure_code="agent_unreachable")
	open_board(admin_page, site)
	admin_page.locator(".c2c-board .bars li", has_text=reason).locator(".bar").wait_for()
	admin_page.goto(f"{site.desk}/query-report/Failures by Reason")
	row = admin_page.locator(".dt-row", has_text=reason)
	row.locator(".c2c-bar").wait_for()
	assert row.locator(".dt-cell__content--col-1").evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def test_list_of_calls_names_all_agents(admin_page, site, dial):
	"""Frappe itself would show who has written in no list yet by the login."""
	call = dial(ROBIN)
	admin_page.goto(f"{site.desk}/pbx-call-log")
	row = admin_page.locator(".list-row", has=admin_page.locator(f"[data-name='{call}']"))
	row.get_by_text("Robin", exact=True).wait_for()
