"""What tests and pictures do on Frappe CRM's own pages."""

# The icon of its call buttons, which the tab Calls has too.
PHONE_ICON = 'button:not([role=tab]):visible:has(svg path[d^="M2.67754 2.70675"])'
POPUP = "div.fixed.z-20:visible"
# What it shows to who is new there lies over the buttons.
NO_TOUR = """for (const user of ["agent@example.com", "Administrator"])
	localStorage.setItem(`isOnboardingStepsCompletedfrappecrm${user}`, "true");"""


def show_page(page, address):
	"""Open a page of CRM without its tour, and wait until something is there."""
	page.add_init_script(NO_TOUR)
	page.goto(address)
	page.locator("#app *").first.wait_for()
	return page
