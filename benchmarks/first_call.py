"""What the way from nothing to the first call takes an administrator: presses of the pointer and of keys, and seconds.

Needs a site of ERPNext as it is after its set-up wizard, without sample data, and the environment that desk_tasks.py
needs. Everything is done through the page alone, and the simulated PBX answers at once. What only a simulated PBX has
to be told, its address on loopback by plain http, is put into the form past the page and not counted. Prints one JSON
object, {clicks, keys, seconds}.
"""

import json
import os
import time

from desk_tasks import Simulated, Site, counted, launched, window_of

TITLE = "From the Desk of a fresh site to the first call with CommPeak, its connection tested"
WORKSPACE = ".desk-sidebar .sidebar-item-container[item-name='Click to Call'] a"
SIMULATED = """(url) => Promise.all([
	cur_frm.set_value("base_url", url), cur_frm.set_value("allow_http", 1), cur_frm.set_value("allow_private", 1),
])"""


def first_call(page, pbx_url: str) -> None:
	"""Go the way of a stranger: the workspace's first step, the account's form and what it offers, one after the other."""
	page.locator(WORKSPACE).click()
	page.get_by_role("button", name="Add Account").click()
	add_account(page, pbx_url)
	close_message(page, "Action Complete")
	press(page, "Test Connection")
	close_message(page, "Test Connection")
	page.locator(".form-message:visible a", has_text="Enter Extensions").click()
	give_extension(page)
	press(page, "Make a Test Call")
	page.locator(".modal.show input[data-fieldname=number]").wait_for()
	page.keyboard.type("+44 7700 900123")
	page.get_by_role("button", name="Call", exact=True).click()
	page.locator(".modal.show .modal-title", has_text="Requested").wait_for()


def add_account(page, pbx_url: str) -> None:
	"""Fill in the new account's form, whose first field has the focus, and save it."""
	page.wait_for_function("window.cur_frm?.is_new() && cur_frm.fields_dict.provider.df.options.length > 9")
	page.locator("input[data-fieldname=account_name]:focus").wait_for()
	page.keyboard.type("Our CommPeak")
	page.keyboard.press("Tab")
	page.keyboard.type("CommPeak")
	page.locator("input[data-fieldname=crm_id]:visible").click()
	page.keyboard.type("17")
	page.locator("input[data-fieldname=client_id]:visible").click()
	page.keyboard.type("4")
	page.keyboard.press("Tab")
	page.evaluate(SIMULATED, pbx_url)
	page.get_by_role("button", name="Save", exact=True).click()


def give_extension(page) -> None:
	"""Enter one's own extension in the dialog's first row."""
	page.wait_for_function("window.cur_dialog && cur_dialog.fields_dict.rows")
	page.locator(".modal.show .grid-row [data-fieldname=extension]").nth(1).click()
	page.keyboard.type("1000")
	page.locator(".modal.show .btn-modal-primary").click()
	page.locator(".modal.show").wait_for(state="detached")


def close_message(page, title: str) -> None:
	"""Close the message with this title."""
	page.locator(".modal.show", has_text=title).locator(".btn-modal-close").click()
	page.locator(".modal.show").wait_for(state="hidden")


def press(page, label: str) -> None:
	"""Press a button of the form."""
	page.locator(".page-head:visible .custom-actions button:visible", has_text=label).click()


def main() -> None:
	site, pbx = Site(), Simulated(os.environ["C2C_SIM_URL"])
	with launched() as browser:
		page = window_of(browser, site, site.admin)
		page.goto(site.desk)
		page.wait_for_function("window.frappe?.realtime?.socket?.connected")
		page.locator(WORKSPACE).wait_for()
		page.evaluate("window.name = ''")
		began = time.monotonic()
		first_call(page, pbx.url)
		print(json.dumps({TITLE: {**counted(page), "seconds": round(time.monotonic() - began, 1)}}))


if __name__ == "__main__":
	main()
