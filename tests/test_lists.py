"""Working a list: whose turn it is and when, what a call does to an entry, caps of a number, and the script."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status, wrap_up
from c2c_frappe.pbx.lists import entries, next_entry, script
from c2c_frappe.pbx.lists.entries import LastCall, Retries, Turn
from c2c_frappe.pbx.lists.hours import Hours
from c2c_frappe.pbx.lists.next_entry import Candidate
from c2c_frappe.pbx.lists.number_caps import NumberCaps

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None, max_examples=60)

NOW = datetime(2026, 3, 10, 12, 0)
RULES = Retries(max_attempts=3, after_no_answer=timedelta(hours=2), after_busy=timedelta(minutes=15))
UNANSWERED = {"disposition": "Left voicemail", "offered_after": wrap_up.UNANSWERED}


def later(**parts):
	return NOW + timedelta(**parts)


AFTER_CALLS = (
	# the call; state, due and priority of its entry
	(LastCall(status.DIALING), "Calling", later(hours=2)),
	(LastCall(status.REQUESTED), "Calling", later(hours=2)),
	(LastCall(status.UNCONFIRMED), "Calling", later(hours=2)),
	(LastCall(status.IN_PROGRESS), "Calling", later(hours=2)),
	(LastCall(status.COMPLETED), "Done", None),
	(LastCall(status.NO_ANSWER), "Waiting", later(hours=2)),
	(LastCall(status.CANCELED), "Waiting", later(hours=2)),
	(LastCall(status.BUSY), "Waiting", later(minutes=15)),
	(LastCall(status.NO_ANSWER, attempts=2), "Waiting", later(hours=2)),
	(LastCall(status.NO_ANSWER, attempts=3), "Exhausted", None),
	(LastCall(status.BUSY, attempts=4), "Exhausted", None),
	# it may have rung: an attempt, and never again at once
	(LastCall(status.UNKNOWN, "timeout"), "Waiting", later(hours=2)),
	(LastCall(status.UNKNOWN, "interrupted", attempts=3), "Exhausted", None),
	(LastCall(status.UNKNOWN, "no_end_event", ended_at=NOW), "Waiting", later(hours=2)),
	# nobody was called
	(LastCall(status.FAILED, "not_sent", attempts=0), "Waiting", later(minutes=5)),
	(LastCall(status.FAILED, "agent_unreachable", attempts=2), "Waiting", later(minutes=5)),
	(LastCall(status.FAILED, "unknown_number"), "Done", None),
	# what the agent says outweighs what the PBX says
	(LastCall(status.NO_ANSWER, disposition="Not interested"), "Done", None),
	(LastCall(status.UNCONFIRMED, disposition="Interested"), "Done", None),
	(LastCall(status.UNCONFIRMED, **UNANSWERED), "Waiting", later(hours=2)),
	(LastCall(status.COMPLETED, **UNANSWERED), "Waiting", later(hours=2)),
	(LastCall(status.UNCONFIRMED, attempts=3, **UNANSWERED), "Exhausted", None),
	(LastCall(status.COMPLETED, says_no=True, disposition="No"), "Do Not Call", None),
	(LastCall(status.COMPLETED, says_no=True, callback_at=later(days=1)), "Do Not Call", None),
)


@pytest.mark.parametrize("call, state, due", AFTER_CALLS)
def test_entry_after_its_latest_call(call, state, due):
	"""Each end of a call, and each outcome, says what becomes of the entry."""
	turn = entries.after_call(call, RULES, NOW)
	assert (turn.state, turn.due, turn.priority) == (state, due, entries.USUAL)


def test_without_a_limit_an_entry_is_never_exhausted():
	"""0 means no limit, as everywhere."""
	call = LastCall(status.NO_ANSWER, attempts=99)
	assert entries.after_call(call, Retries(max_attempts=0), NOW).state == "Waiting"


def test_agreed_callback_comes_first_however_often_it_was_tried():
	"""Who agreed a time with a customer keeps it."""
	call = LastCall(status.COMPLETED, attempts=9, disposition="Call back", callback_at=later(days=2))
	turn = entries.after_call(call, RULES, NOW)
	assert turn == Turn("Waiting", later(days=2), entries.AGREED, entries.CALLBACK)


@pytest.mark.parametrize("call", [each[0] for each in AFTER_CALLS])
def test_open_entry_has_a_due_time_and_a_closed_one_none(call):
	"""Nothing is stuck: what is open comes up again by itself."""
	turn = entries.after_call(call, RULES, NOW)
	assert (turn.due is not None) == (turn.state in entries.OPEN)


@pytest.mark.parametrize(
	"call_status, code, counts",
	(
		("No Answer", "", True),
		("Unknown", "timeout", True),
		("Dialing", "", True),
		("Failed", "not_sent", False),
		("Failed", "agent_unreachable", False),
		("Failed", "unknown_number", True),
	),
)
def test_failure_on_our_side_is_no_attempt(call_status, code, counts):
	"""A PBX that is away uses up nobody's three attempts."""
	assert entries.is_attempt(call_status, code) is counts


JUDGED = (
	# what is known of an entry; None, or its state, when it is due, and why
	({}, None),
	({"due": NOW - timedelta(days=3)}, None),
	({"opens_at": NOW, "free_at": NOW}, None),
	({"is_record_there": False}, ("Skipped", None, next_entry.RECORD_GONE)),
	({"says_no": True}, ("Do Not Call", None, entries.SAYS_NO)),
	({"says_no": True, "has_number": False}, ("Do Not Call", None, entries.SAYS_NO)),
	({"has_number": False}, ("Skipped", None, next_entry.NO_NUMBER)),
	({"has_consent": False}, ("Skipped", None, next_entry.NO_CONSENT)),
	({"may_be_dialed": False}, ("Skipped", None, next_entry.NOT_ALLOWED)),
	({"opens_at": later(hours=3)}, ("Waiting", later(hours=3), next_entry.OUTSIDE_HOURS)),
	({"free_at": later(days=1)}, ("Waiting", later(days=1), next_entry.CALLED_OFTEN)),
	(
		{"free_at": later(hours=1), "opens_at": later(hours=3)},
		("Waiting", later(hours=3), next_entry.OUTSIDE_HOURS),
	),
	({"due": later(hours=1)}, ("Waiting", later(hours=1), next_entry.NOT_YET_DUE)),
	({"due": later(hours=1), "reason": "Busy."}, ("Waiting", later(hours=1), "Busy.")),
)


@pytest.mark.parametrize("facts, expected", JUDGED)
def test_entry_that_may_not_be_called_says_why_and_when(facts, expected):
	"""Closed for good, or due at a later moment."""
	turn = next_entry.judge(Candidate(**{"name": "a", "priority": 1, "due": NOW, **facts}), NOW)
	assert (turn and (turn.state, turn.due, turn.reason)) == expected


def test_next_is_a_callback_then_where_hours_end_then_who_waits_longest():
	"""The order in which a list is worked."""
	rows = [
		Candidate("usual", 1, NOW),
		Candidate("waits longer", 1, later(minutes=-1)),
		Candidate("closes late", 1, NOW, closes_at=later(hours=6)),
		Candidate("closes soon", 1, NOW, closes_at=later(hours=1)),
		Candidate("callback", 0, later(minutes=-1), closes_at=later(hours=1)),
		Candidate("earlier callback", 0, later(minutes=-9), closes_at=later(hours=9)),
	]
	names = [each.name for each in next_entry.in_order(rows)]
	assert names == ["earlier callback", "callback", "closes soon", "closes late", "waits longer", "usual"]


def test_reason_says_why_an_entry_is_next():
	"""A callback, a retry, a first call."""
	assert next_entry.why_now(Candidate("a", 0, NOW, "Busy.")) == entries.AGREED
	assert next_entry.why_now(Candidate("a", 1, NOW, "Busy.")) == "Busy."
	assert next_entry.why_now(Candidate("a", 1, NOW)) == next_entry.FIRST_TIME


TODAY = (datetime(2026, 3, 10), datetime(2026, 3, 11))
CAPS = (
	# hours ago of the calls; per day, per week; free in how many hours
	([], 3, 7, 0),
	([1, 2], 3, 7, 0),
	([1, 2, 3], 3, 7, 12),
	([1, 2, 3], 0, 0, 0),
	([1, 13, 14], 3, 7, 0),
	([20, 21, 22, 30, 31, 50, 60], 3, 7, 7 * 24 - 60),
	([20, 21, 22, 30, 31, 50, 60, 160], 3, 7, 7 * 24 - 60),
	([1, 2, 3, 30, 31, 50, 165], 3, 7, 12),
	([1, 2, 3, 30, 31, 50, 60], 0, 7, 7 * 24 - 60),
	([1, 2, 7 * 24], 0, 3, 0),
)


@pytest.mark.parametrize("hours_ago, day, week, free_in", CAPS)
def test_number_called_often_is_free_again_later(hours_ago, day, week, free_in):
	"""Three a day and seven in seven days, or as the site says."""
	calls = [later(hours=-hours) for hours in hours_ago]
	assert NumberCaps(day, week).free_at(calls, NOW, TODAY) == later(hours=free_in)


@UNHURRIED
@given(
	st.integers(0, 23), st.integers(0, 23), st.integers(0, 7 * 24 * 60),
	st.lists(st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Tokyo"]), max_size=2),
)  # fmt: skip
def test_opening_and_closing_are_the_first_such_minutes(start, end, minute, zones):
	"""Against a walk from minute to minute; the week holds the change to summer time in New York."""
	hours = Hours(time(start), time(end), "Europe/Berlin")
	now = datetime(2026, 3, 5) + timedelta(minutes=minute)
	walk = [now + timedelta(minutes=n) for n in range(26 * 60)]
	opens = next((moment for moment in walk if hours.are_on(moment, zones)), None)
	assert opens is None or hours.opening(now, zones) == opens
	if opens == now and start != end:
		closes = next((moment for moment in walk if not hours.are_on(moment, zones)), None)
		assert closes is None or hours.closing(now, zones) == closes


def test_without_hours_it_is_open_now_and_never_closes():
	"""No bound means any time."""
	hours = Hours(None, None, "Europe/Berlin")
	assert (hours.opening(NOW, []), hours.closing(NOW, [])) == (NOW, None)


SCRIPTS = (
	("Hello {first_name}!", "Hello Ada!"),
	("{ first_name } of {company}", "Ada of …"),
	("{missing}", "…"),
	("{first_name.__class__} {0} {} {{", "{first_name.__class__} {0} {} {{"),
	("{{first_name}}", "{Ada}"),
	("{% for x in y %}{{ frappe.db }}", "{% for x in y %}{{ frappe.db }}"),
	("{tricky}", "{first_name}"),
	("{number}", "0"),
	("", ""),
)


@pytest.mark.parametrize("text, filled", SCRIPTS)
def test_script_is_filled_and_nothing_in_it_runs(text, filled):
	"""Only a plain name in braces is a place; what a value holds is not read again."""
	values = {"first_name": "Ada", "tricky": "{first_name}", "company": "", "number": 0}
	assert script.fill(text, values) == filled


def test_script_names_its_fields_once():
	"""So that only those are read of the record."""
	assert script.fields_of("{b} {a} {b} {c.d} {1}") == ["b", "a"]


def test_what_waits_is_before_somebody_or_being_called_is_not_closed():
	assert entries.closed_of({}) == 0
	assert entries.closed_of(dict.fromkeys(entries.STATES, 1)) == 4
	assert entries.closed_of({"Waiting": 3, "Claimed": 1, "Calling": 1, "Exhausted": 2}) == 2
