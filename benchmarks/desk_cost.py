"""What the app costs the Desk: milliseconds from opening a Lead to a number on it that can be called.

Needs Playwright, Chromium and a running site, which the environment variables of tests/browser/conftest.py name;
leaves its Leads on that site. Two windows of one browser open the same Leads in turn: one with the app's script,
one that is given an empty script in its place, and there the wait ends when the number is on the page. The server
side of the app, the timeline's calls, is in both. Prints one JSON object.
"""

import json
import os
import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/browser"))

from conftest import FLAGS, Session, Site

LEADS = 20
WARM_UP = 3
BUNDLE = "**/c2c_frappe.bundle.*.js"
OPEN = """async ([name, number, selector]) => {
	const is_there = () => {
		if (window.cur_frm?.docname !== name || !cur_frm.fields_dict.mobile_no) return false;
		const { wrapper } = cur_frm.fields_dict.mobile_no;
		const part = wrapper.querySelector(selector);
		return wrapper.querySelector("input")?.value === number && part?.offsetParent && !part.disabled;
	};
	const began = performance.now();
	frappe.set_route("Form", "Lead", name);
	while (!is_there()) await new Promise(requestAnimationFrame);
	return performance.now() - began;
}"""


def main() -> None:
	site = Site()
	leads = [_lead(site, f"+44 7700 900{last:03}") for last in range(LEADS)]
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=os.environ["C2C_BROWSER"], args=list(FLAGS))
		pages = {
			"icon": (_desk(browser, site, True), ".c2c-icon"),
			"none": (_desk(browser, site, False), "input"),
		}
		waits = {kind: [] for kind in pages}
		for lead in leads:
			for kind, (page, selector) in pages.items():
				waits[kind].append(page.evaluate(OPEN, [lead["name"], lead["mobile_no"], selector]))
		browser.close()
	print(json.dumps(_figures(waits)))


def _lead(site: Site, number: str) -> dict:
	names = {"first_name": "Desk", "last_name": "Cost", "lead_name": "Desk Cost"}
	return site.admin.insert("Lead", **names, mobile_no=number)


def _desk(browser, site: Site, has_app: bool):
	"""Open the Desk in a window of its own; both go through a route, which turns the browser's cache off."""
	context = browser.new_context(viewport={"width": 1280, "height": 900})
	context.set_default_timeout(60_000)
	session = Session(site.url, site.agent, os.environ["C2C_AGENT_PASSWORD"])
	context.add_cookies([{"name": k, "value": v, "url": site.url} for k, v in session.cookies.items()])
	page = context.new_page()
	script = {"body": "", "content_type": "text/javascript"}
	page.route(BUNDLE, lambda route: route.continue_() if has_app else route.fulfill(**script))
	page.goto(f"{site.desk}/lead")
	page.wait_for_function("window.cur_list && cur_list.doctype === 'Lead' && !cur_list.refreshing")
	return page


def _figures(waits: dict[str, list[float]]) -> dict:
	"""Medians in milliseconds, and the median of the differences Lead by Lead."""
	kept = {kind: values[WARM_UP:] for kind, values in waits.items()}
	pairs = zip(kept["icon"], kept["none"], strict=True)
	return {
		"leads": len(kept["icon"]),
		"icon_ms": round(statistics.median(kept["icon"])),
		"without_app_ms": round(statistics.median(kept["none"])),
		"difference_ms": round(statistics.median(with_app - without for with_app, without in pairs)),
	}


if __name__ == "__main__":
	main()
