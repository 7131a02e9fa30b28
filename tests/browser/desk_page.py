"""What tests do on a page of the Desk, and how they wait: for a sign that something is so, never for a time."""

import itertools
import re
import time

# Set aside by Ofcom for fiction. Nobody dials one twice: a repeat within seconds is the same call.
NUMBERS = (f"+44 7700 900{last:03}" for last in itertools.count(100))
# What is drawn on the next frame is drawn, and what was sent before this question is on its way.
SETTLE = """async () => {
	await fetch("/api/method/ping");
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# Nothing fades or slides but what does so for ever, and no dialog is on its way in or out.
STANDS_STILL = """() => {
	const is_moving = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
	const is_fading = (dialog) => $(dialog).data("bs.modal")?._isTransitioning;
	return !document.getAnimations().some(is_moving) && ![...document.querySelectorAll(".modal")].some(is_fading);
}"""


def settle(page):
	"""Wait until whatever the page does at once has been done, for what must then not have happened."""
	page.evaluate(SETTLE)


def stand_still(page):
	"""Wait until what fades in has done so: half-way its contrast is poor."""
	settle(page)
	page.wait_for_function(STANDS_STILL)


def sent(page, method):
	"""Return a list that grows with every request for a method of `c2c_frappe.api.call` that this page sends."""
	requests = []
	is_it = re.compile(rf"/c2c_frappe\.api\.call\.{method}(\?|$)").search
	page.on("request", lambda request: requests.append(request) if is_it(request.url) else None)
	return requests


def wait_for_status(page, status):
	"""Wait until the strip says so."""
	page.locator(".c2c-strip-status", has_text=re.compile(f"^{status}$")).wait_for()


def eventually(look, seconds=60):
	"""Look again until what is seen is true, and return it."""
	ends_at = time.monotonic() + seconds
	while not (seen := look()):
		assert time.monotonic() < ends_at, "it did not come to that in time"
		time.sleep(0.1)
	return seen


def press_in_timeline(page, label):
	"""Press the first button of that label, once it is there; in one go, as the timeline may be drawn anew at any moment."""
	page.wait_for_function(
		"""label => {
			const buttons = [...document.querySelectorAll(".timeline-item button")];
			const found = buttons.find(({ textContent }) => textContent.includes(label));
			found?.click();
			return Boolean(found);
		}""",
		arg=label,
	)


def icon(page, fieldname):
	"""Return the icon of a field of the form in sight."""
	return page.locator(f".frappe-control[data-fieldname={fieldname}] .c2c-icon:visible")


def search_for(page, text):
	"""Type a text into the search bar."""
	page.evaluate("document.activeElement.blur()")
	page.keyboard.press("Control+k" if page.locator("#navbar-search:visible").count() == 0 else "Control+g")
	page.locator("#navbar-search:focus").wait_for()
	page.keyboard.type(text)


def digits(number):
	"""Return a number as a PBX gets it."""
	return re.sub(r"\D", "", number)


def last_dialed(simulator):
	"""Return the digits the simulated PBX was asked to call last."""
	return simulator.requests[-1]["path"].split("/")[-1]
