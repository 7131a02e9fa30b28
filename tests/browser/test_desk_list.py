"""Working a list by keyboard: two reps on one list with every kind of end, a reload, two tabs, the way to make one."""

import os
import re

import pytest
from desk_page import NUMBERS, digits, sent, settle, stand_still, wait_for_status

ROBIN = "robin@example.com"
API = "c2c_frappe.api.call_list"
ENTRY = "PBX Call List Entry"
TWENTY = 20
PRESSABLE = ".c2c-list-call:focus"
OUTCOME = ".c2c-list-outcomes button"


@pytest.fixture
def sessions(site):
	"""A function that returns a user's own session beside the browser."""
	kept = {}

	def of(user):
		if user not in kept:
			kept[user] = type(site.admin)(site.url, user, os.environ["C2C_AGENT_PASSWORD"])
		return kept[user]

	return of


@pytest.fixture
def make_leads(site):
	"""A function that makes so many Leads with a number each and returns {name: number}."""

	def make(count):
		made = {}
		for n in range(count):
			names = {"first_name": "Lise", "last_name": f"Meitner {n}", "lead_name": f"Lise Meitner {n}"}
			number = next(NUMBERS)
			made[site.admin.insert("Lead", **names, mobile_no=number)["name"]] = number
		return made

	return make


@pytest.fixture
def make_list(site, sessions, simulator):
	"""A function that makes a list of these Leads as the agent and returns its name."""
	window = site.admin.get("PBX Settings", "PBX Settings")["repeat_window"]
	site.admin.set("PBX Settings", "PBX Settings", repeat_window=0)
	made = []

	def make(leads, **options):
		answer = sessions(site.agent).call(
			f"{API}.make",
			title="Spring offer",
			purpose="Renewals",
			doctype="Lead",
			names=list(leads),
			options=options,
		)
		made.append(answer["list"])
		return answer["list"]

	yield make
	for name in made:
		site.admin.call("frappe.client.delete", doctype="PBX Call List", name=name)
	site.admin.set("PBX Settings", "PBX Settings", repeat_window=window)


def entries_of(site, call_list):
	fields = ["reference_name", "state", "reason", "outcome", "attempts", "call", "claimed_by"]
	return site.admin.list(ENTRY, fields, {"call_list": call_list})


def work(page, open_form, call_list):
	"""Open a list's form and press *Work This List* by keyboard."""
	open_form(page, "PBX Call List", call_list)
	button = page.get_by_role("button", name="Work This List")
	button.focus()
	page.keyboard.press("Enter")
	page.locator(PRESSABLE).wait_for()


def name_in(page):
	"""Return the record before a rep, by the link that leads to it."""
	return page.locator(".c2c-list-name").get_attribute("href").split("/")[-1]


def call(page, site):
	"""Press Call, as soon as a key counts, and return the call."""
	lead = name_in(page)
	dialed = page.expect_response(lambda response: response.url.endswith("call.dial"))
	with dialed as answer:
		press_until(page, "Enter", ".c2c-list[data-call=on], .c2c-list[data-call=over]")
	page.locator(OUTCOME).first.wait_for()
	return lead, answer.value.json()["message"]["call"]


def press_until(page, key, sign):
	"""Press a key again until it was taken: it counts once the entry has been in sight for a moment."""
	for _time in range(20):
		page.keyboard.press(key)
		settle(page)
		if page.locator(sign).count():
			return
	raise AssertionError(f"{key} did nothing")


def choose(page, outcome):
	"""Choose an outcome by its digit."""
	button = page.locator(f"{OUTCOME}[value='{outcome}']")
	button.wait_for()
	page.keyboard.press(button.get_attribute("data-key"))


def test_two_reps_work_one_list_of_twenty_with_every_kind_of_end(
	page, open_session, open_form, site, simulator, sessions, make_leads, make_list
):
	"""By keyboard alone: each entry goes to one of them, is called once, and ends as its call and outcome say."""
	leads = make_leads(TWENTY)
	call_list = make_list(leads)
	team = {
		"doctype": "User Group",
		"__newname": f"Callers {call_list}",
		"user_group_members": [{"user": ROBIN}],
	}
	group = site.admin.call("frappe.client.insert", doc=team)["name"]
	site.admin.set("PBX Call List", call_list, team=group)
	for lead in leads:
		site.admin.call("frappe.share.add", doctype="Lead", name=lead, user=ROBIN, read=1, write=1)
	reps = [page, open_session(ROBIN, os.environ["C2C_AGENT_PASSWORD"])]
	for rep in reps:
		work(rep, open_form, call_list)
	assert name_in(reps[0]) != name_in(reps[1])
	ends = [
		("Completed", "Interested", "Done"),
		("Completed", "Not interested", "Done"),
		("No Answer", "", "Waiting"),
		("Busy", "", "Waiting"),
		("Completed", "Do not call again", "Do Not Call"),
		("No Answer", "Left a message", "Done"),
		("", "Interested", "Done"),
		("Completed", "Wrong number", "Done"),
		("skip", "Not a fit", "Skipped"),
		("Completed", "Call back", "Waiting"),
	]
	expected = {}
	for n in range(TWENTY):
		rep, (end, outcome, state) = reps[n % 2], ends[n // 2]
		rep.locator(PRESSABLE).wait_for()
		lead = name_in(rep)
		assert lead not in expected
		expected[lead] = state
		rep.wait_for_function("(name) => window.cur_frm?.docname === name", arg=lead)
		(skip if end == "skip" else work_one)(rep, site, end, outcome)
	for rep in reps:
		rep.locator(".c2c-list-why", has_text="Nobody can be called now").wait_for()
	rows = entries_of(site, call_list)
	assert {row["reference_name"]: row["state"] for row in rows} == expected
	assert [row["attempts"] for row in rows].count(1) == TWENTY - 2
	# Robin's account is another PBX, which takes foreign numbers with 011.
	dialed = sorted(call["number"].removeprefix("011") for call in simulator.calls)
	skipped = [leads[row["reference_name"]] for row in rows if row["state"] == "Skipped"]
	assert dialed == sorted(digits(number) for number in leads.values() if number not in skipped)
	for rep in reps:
		rep.keyboard.press("Alt+Shift+L")
		rep.locator(".c2c-list-pause").focus()
		rep.keyboard.press("Enter")
		rep.locator(".c2c-list").wait_for(state="hidden")


def work_one(rep, site, end, outcome):
	_lead, placed = call(rep, site)
	if end:
		site.admin.set("PBX Call Log", placed, status=end)
		wait_for_status(rep, end)
		rep.locator(".c2c-list[data-call=over]").wait_for()
	if not outcome:
		rep.locator(".c2c-list-onward").focus()
		rep.keyboard.press("Enter")
	elif outcome == "Call back":
		choose(rep, outcome)
		dialog = rep.locator(".c2c-dialog.show")
		dialog.get_by_role("button", name="Tomorrow").focus()
		rep.keyboard.press("Enter")
		rep.keyboard.press("Control+Enter")
		dialog.wait_for(state="detached")
	else:
		choose(rep, outcome)
	rep.locator(".c2c-list[data-call='']").wait_for()


def skip(rep, _site, _end, reason):
	rep.keyboard.press("Tab")
	rep.keyboard.press("Enter")
	rep.locator(".c2c-dialog.show input:focus").wait_for()
	rep.keyboard.type(reason)
	with rep.expect_response(lambda response: "next_entry" in response.url):
		rep.keyboard.press("Enter")
	rep.locator(".c2c-dialog.show").wait_for(state="detached")


def test_a_reload_in_each_state_goes_on_where_it_was(page, open_form, site, make_leads, make_list):
	call_list = make_list(make_leads(2), script="Hello {first_name}, this is Robin.")
	work(page, open_form, call_list)
	assert page.locator(".c2c-list-script div").inner_text() == "Hello Lise, this is Robin."
	first = name_in(page)
	page.reload()
	page.locator(".c2c-list-call:visible").wait_for()
	assert name_in(page) == first
	page.keyboard.press("Alt+Shift+L")
	_lead, placed = call(page, site)
	page.reload()
	page.locator(OUTCOME).first.wait_for()
	assert name_in(page) == first
	site.admin.set("PBX Call Log", placed, status="Completed")
	wait_for_status(page, "Completed")
	page.reload()
	page.locator(".c2c-list[data-call=over]").wait_for()
	page.keyboard.press("Alt+Shift+L")
	choose(page, "Interested")
	page.locator(PRESSABLE).wait_for()
	assert name_in(page) != first
	(called,) = [row for row in entries_of(site, call_list) if row["reference_name"] == first]
	assert (called["state"], called["outcome"]) == ("Done", "Interested")


def test_two_tabs_show_the_same_and_a_pause_ends_both(page, open_form, site, make_leads, make_list):
	leads = make_leads(2)
	call_list = make_list(leads)
	work(page, open_form, call_list)
	other = page.context.new_page()
	open_form(other, "User", site.agent)
	other.locator(".c2c-list-call:visible").wait_for()
	assert name_in(other) == name_in(page)
	page.bring_to_front()
	page.locator(".c2c-list-call").focus()
	_lead, placed = call(page, site)
	other.locator(".c2c-list-outcomes button").first.wait_for()
	site.admin.set("PBX Call Log", placed, status="Completed")
	wait_for_status(page, "Completed")
	choose(page, "Interested")
	page.locator(PRESSABLE).wait_for()
	other.locator(f".c2c-list-name[href$='{name_in(page)}']").wait_for()
	other.locator(".c2c-list-call:visible").wait_for()
	assert other.evaluate("cur_frm.docname") == site.agent
	with page.expect_response(lambda response: "call_list.pause" in response.url):
		page.locator(".c2c-list-pause").click()
	for each in (page, other):
		each.locator(".c2c-list").wait_for(state="hidden")
	assert [row["claimed_by"] for row in entries_of(site, call_list)] == [None, None]


def test_an_outcome_keeps_its_digit_when_the_call_ends(page, open_form, site, make_leads, make_list):
	"""A call somebody answered offers no *No Answer*; what comes behind it stays where it was."""
	work(page, open_form, make_list(make_leads(1)))
	_lead, placed = call(page, site)
	page.locator(f"{OUTCOME}[value='No Answer']").wait_for()
	before = digits_of(page)
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.locator(f"{OUTCOME}[value='No Answer']").wait_for(state="detached")
	page.locator(f"{OUTCOME}[value='Wrong number']").wait_for()
	after = digits_of(page)
	assert len(after) == len(before) - 1 and after.items() <= before.items()


def digits_of(page):
	return page.locator(OUTCOME).evaluate_all(
		"buttons => Object.fromEntries(buttons.map(({ value, dataset }) => [value, dataset.key]))"
	)


def test_call_pressed_twice_while_the_record_opens_is_one_call(
	page, open_form, simulator, make_leads, make_list
):
	work(page, open_form, make_list(make_leads(1)))
	dials = sent(page, "dial")
	page.evaluate(
		"() => { window.opens = []; frappe.set_route = () => new Promise((go) => opens.push(go)); }"
	)
	press_until_it_counts = "() => { document.querySelector('.c2c-list-call').click(); return opens.length; }"
	page.wait_for_function(press_until_it_counts)
	page.evaluate(press_until_it_counts)
	page.evaluate("() => opens[0]()")
	wait_for_status(page, "Requested")
	page.evaluate("() => opens.forEach((go) => go())")
	settle(page)
	wait_for_status(page, "Requested")
	assert len(dials) == 1 and len(simulator.calls) == 1


def test_a_call_under_way_stays_in_the_card(page, open_form, site, make_leads, make_list):
	"""Closed there, nobody would hear of its end."""
	work(page, open_form, make_list(make_leads(1)))
	_lead, placed = call(page, site)
	assert not page.locator(".c2c-strip-close").is_visible()
	page.keyboard.press("Escape")
	settle(page)
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.locator(".c2c-list[data-call=over]").wait_for()
	page.locator(".c2c-strip-close").wait_for()


def test_a_key_leads_to_the_list_out_of_a_field(page, open_form, make_leads, make_list):
	work(page, open_form, make_list(make_leads(1)))
	page.locator("input[data-fieldname=first_name]:visible").click()
	page.keyboard.press("Alt+Shift+L")
	page.locator(PRESSABLE).wait_for()


def test_a_required_outcome_keeps_the_next_one_away(page, open_form, site, make_leads, make_list):
	site.admin.set("PBX Settings", "PBX Settings", wrap_up="Required")
	try:
		work(page, open_form, make_list(make_leads(1)))
		_lead, placed = call(page, site)
		site.admin.set("PBX Call Log", placed, status="Completed")
		page.locator(".c2c-list[data-call=over]").wait_for()
		settle(page)
		assert not page.locator(".c2c-list-onward").is_visible()
		# The outcomes are in the card: no dialog opens by itself.
		assert page.locator(".c2c-dialog").count() == 0
	finally:
		site.admin.set("PBX Settings", "PBX Settings", wrap_up="When Asked")


def test_a_refusal_stays_in_sight_and_the_entry_with_the_rep(page, open_form, site, make_leads, make_list):
	work(page, open_form, make_list(make_leads(1)))
	first = name_in(page)
	site.admin.set("PBX Settings", "PBX Settings", enabled=0)
	try:
		press_until(page, "Enter", ".c2c-list[data-call=over]")
		wait_for_status(page, "Failed")
	finally:
		site.admin.set("PBX Settings", "PBX Settings", enabled=1)
	page.locator(".c2c-list-onward").click()
	page.locator(PRESSABLE).wait_for()
	assert name_in(page) == first


def test_rows_of_a_list_view_become_a_list(page, site, sessions, make_leads):
	leads = make_leads(3)
	page.goto(f"{site.desk}/lead?name=" + "%5B%22in%22%2C%22" + "%2C".join(leads) + "%22%5D")
	for lead in list(leads)[:2]:
		page.locator(f".list-row-checkbox[data-name='{lead}']").first.check()
	page.get_by_role("button", name="Actions").click()
	page.locator(".dropdown-item:visible", has_text="Call These").click()
	dialog = page.locator(".c2c-dialog.show")
	dialog.get_by_text("2 records are chosen.").wait_for()
	page.keyboard.type("Autumn offer")
	dialog.locator("textarea").fill("Renewals")
	dialog.get_by_role("button", name="Make List").click()
	page.get_by_role("button", name="Work This List").wait_for()
	(made,) = site.admin.list("PBX Call List", filters={"title": "Autumn offer"})
	assert {row["reference_name"] for row in entries_of(site, made["name"])} == set(list(leads)[:2])
	site.admin.call("frappe.client.delete", doctype="PBX Call List", name=made["name"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_card_has_no_serious_fault(page, open_form, site, make_leads, make_list, faults, theme):
	work(page, open_form, make_list(make_leads(1), script="Hello {first_name}"))
	page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
	stand_still(page)
	assert faults(page, ".c2c-list") == []
	_lead, placed = call(page, site)
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.locator(".c2c-list[data-call=over]").wait_for()
	stand_still(page)
	assert faults(page, ".c2c-list") == []


def test_the_card_is_loaded_when_a_list_is_worked_and_not_before(
	page, open_form, site, make_leads, make_list
):
	call_list = make_list(make_leads(1))
	asked = []
	page.on(
		"request", lambda request: asked.append(request.url) if re.search("c2c_list", request.url) else None
	)
	open_form(page, "PBX Call List", call_list)
	page.get_by_role("button", name="Work This List").wait_for()
	settle(page)
	assert asked == []
	work(page, open_form, call_list)
	assert len(asked) == 2
