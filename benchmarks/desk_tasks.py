"""What a task takes on the Desk: presses of the pointer and of keys as the browser counts them, and seconds without a pause to think.

Needs what desk_cost.py needs. Each task is done through the page alone, as a rep does it; the simulated PBX answers at
once. Prints one JSON object, {task: {clicks, keys, seconds}}, the median of the repetitions.
"""

import json
import os
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/browser"))

from conftest import FLAGS, Session, Simulated, Site
from desk_page import digits, wait_for_status

TIMES = 3
COUNT = """() => {
	// A click on a label makes a second one, and so does a key on a button: the pointer goes down once.
	for (const kind of ["pointerdown", "keydown"]) {
		addEventListener(kind, ({ isTrusted }) => {
			const counted = JSON.parse(window.name || "{}");
			if (isTrusted) window.name = JSON.stringify({ ...counted, [kind]: (counted[kind] || 0) + 1 });
		}, true);
	}
}"""


@contextmanager
def launched():
	"""Yield a Chromium."""
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=os.environ["C2C_BROWSER"], args=list(FLAGS))
		yield browser
		browser.close()


def window_of(browser, site: Site, session: Session):
	"""Return a page of a new window of who is logged in; it counts presses."""
	context = browser.new_context(viewport={"width": 1280, "height": 900})
	context.set_default_timeout(60_000)
	context.add_cookies([{"name": k, "value": v, "url": site.url} for k, v in session.cookies.items()])
	page = context.new_page()
	page.add_init_script(f"({COUNT})()")
	return page


def counted(page) -> dict[str, int]:
	"""Return the presses since `window.name` was emptied."""
	presses = json.loads(page.evaluate("window.name") or "{}")
	return {"clicks": presses.get("pointerdown", 0), "keys": presses.get("keydown", 0)}


class Rep:
	"""A rep in a window of their own, and the PBX behind the phone."""

	def __init__(self, browser, site: Site, pbx: Simulated):
		self.site, self.pbx = site, pbx
		self.page = window_of(browser, site, Session(site.url, site.agent, os.environ["C2C_AGENT_PASSWORD"]))

	def open(self, path: str) -> None:
		"""Go to a page of the Desk; getting there is no part of a task."""
		self.page.goto(f"{self.site.desk}/{path}")
		self.page.wait_for_function("window.frappe?.realtime?.socket?.connected")
		self.page.evaluate("window.name = ''")

	def lead(self, number: str) -> dict:
		"""A new Lead with a number."""
		names = {"first_name": "Lise", "last_name": "Meitner", "lead_name": "Lise Meitner"}
		return self.site.admin.insert("Lead", **names, mobile_no=number)

	def talk_and_end(self, number: str) -> None:
		"""Let both phones be picked up, and the customer hang up."""
		wait_for_status(self.page, "Ringing")
		call = next(c for c in reversed(self.pbx.calls) if str(c["number"]).lstrip("+") == digits(number))
		self.pbx.answer(call["id"])
		self.pbx.answer(call["id"])
		wait_for_status(self.page, "Talking")
		self.pbx.hang_up(call["id"])
		wait_for_status(self.page, "Completed")


def call_with_outcome(rep: Rep, number: str):
	"""From the form of a Lead: call, talk, say what came of it."""
	lead = rep.lead(number)
	rep.open(f"lead/{lead['name']}")
	rep.page.locator(".frappe-control[data-fieldname=mobile_no] .c2c-icon:visible").wait_for()
	yield
	rep.page.locator(".frappe-control[data-fieldname=mobile_no] .c2c-icon:visible").click()
	rep.talk_and_end(number)
	rep.page.locator(".c2c-strip-wrap-up").click()
	rep.page.locator(".c2c-radios label", has_text="Interested").first.click()
	rep.page.locator(".c2c-dialog.show .btn-primary:visible").click()
	rep.page.locator(".c2c-strip").wait_for(state="hidden")


def call_back(rep: Rep, number: str):
	"""From the bell: open the caller's record, call back."""
	rep.lead(number)
	rep.open("todo")
	call = rep.pbx.begin(extension="1000", number=digits(number), direction="in")
	wait_for_status(rep.page, "Incoming Call")
	rep.pbx.hang_up(call["id"], by="customer")
	wait_for_status(rep.page, "Missed Call")
	rep.page.keyboard.press("Alt+Shift+S")
	rep.page.keyboard.press("Escape")
	rep.page.evaluate("window.name = ''")
	yield
	rep.page.locator(".dropdown-notifications .notifications-icon, .desktop-notifications").first.click()
	rep.page.locator(".notification-item, .recent-item", has_text="Missed call from").first.click()
	rep.page.locator(".frappe-control[data-fieldname=mobile_no] .c2c-icon:visible").click()
	wait_for_status(rep.page, "Ringing")
	rep.pbx.hang_up(rep.pbx.calls[-1]["id"])


def try_again_later(rep: Rep, number: str):
	"""After a call nobody answered: a reminder in two hours."""
	lead = rep.lead(number)
	rep.open(f"lead/{lead['name']}")
	rep.page.locator(".frappe-control[data-fieldname=mobile_no] .c2c-icon:visible").click()
	wait_for_status(rep.page, "Ringing")
	rep.pbx.answer(rep.pbx.calls[-1]["id"])
	rep.pbx.hang_up(rep.pbx.calls[-1]["id"], by="customer")
	rep.page.locator(".c2c-strip-wrap-up.btn-primary").wait_for()
	rep.page.evaluate("window.name = ''")
	yield
	rep.page.locator(".c2c-strip-wrap-up").click()
	rep.page.get_by_role("button", name="Try Again in 2 Hours").click()
	rep.page.locator(".c2c-dialog.show .btn-primary:visible").click()
	rep.page.locator(".c2c-strip").wait_for(state="hidden")


TASKS = (call_with_outcome, call_back, try_again_later)


def measured(task, rep: Rep, number: str) -> dict:
	"""Do a task once: what it does up to its `yield` prepares it and is not counted."""
	steps = task(rep, number)
	next(steps)
	began = time.monotonic()
	for _done in steps:
		raise RuntimeError("A task has one yield.")
	seconds = time.monotonic() - began
	return {**counted(rep.page), "seconds": seconds}


def main() -> None:
	site, pbx = Site(), Simulated(os.environ["C2C_SIM_URL"])
	account = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	described = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=account)
	pbx.send_webhooks("commpeak", described["url"])
	numbers = (f"+44 7700 900{last:03}" for last in range(600, 700))
	found = {}
	with launched() as browser:
		for task in TASKS:
			done = [measured(task, Rep(browser, site, pbx), next(numbers)) for _time in range(TIMES)]
			found[task.__doc__] = {key: round(statistics.median(d[key] for d in done), 1) for key in done[0]}
	print(json.dumps(found))


if __name__ == "__main__":
	main()
