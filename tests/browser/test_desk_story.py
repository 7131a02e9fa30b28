"""The story of a call as the PBX's webhooks tell it: the strip follows, the agent wraps up, the timeline keeps it."""

from desk_page import digits, icon, wait_for_status


def test_the_strip_follows_a_call_to_its_end_and_the_wrap_up_is_on_the_timeline(
	page, open_form, site, told, lead, number
):
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Ringing")
	[call] = told.calls
	told.answer(call["id"])
	told.answer(call["id"])
	wait_for_status(page, "Talking")
	told.hang_up(call["id"])
	wait_for_status(page, "Completed")

	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	chosen = page.locator(".c2c-radios input:checked").get_attribute("value")
	page.keyboard.press("Tab")
	page.keyboard.type("Asked for the proof.")
	page.keyboard.press("Control+Enter")
	page.locator(".c2c-strip").wait_for(state="hidden")

	entry = page.locator(".timeline-item", has_text=f"{number}: Completed")
	entry.get_by_text("Asked for the proof.").wait_for(state="attached")
	assert entry.count() == 1
	assert chosen in entry.inner_text()
	[row] = site.admin.list(
		"PBX Call Log", ["status", "disposition", "answered_at", "ended_at"], {"reference_name": lead["name"]}
	)
	assert (row["status"], row["disposition"]) == ("Completed", chosen)
	assert row["answered_at"] and row["ended_at"]


def test_a_customer_who_calls_is_shown_with_the_record_of_the_number(
	page, open_form, site, told, lead, number
):
	open_form(page, "User", site.agent)
	page.wait_for_function("frappe.realtime.socket.connected")
	call = told.begin(extension="1000", number=digits(number), direction="in")
	card = page.locator(".c2c-strip", has_text="Lise Meitner")
	card.wait_for()
	card.locator("a[href*='/lead/']", has_text="Lise Meitner").click()
	page.wait_for_function("name => window.cur_frm && cur_frm.docname === name", arg=lead["name"])
	told.hang_up(call["id"], by="customer")
