"""What the rows of calls hold against a dial: slots, the same request, the same agent and number."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls.in_flight import (
	GRACE,
	Busy,
	DialLimits,
	conflicts_in,
	dial_key,
	first_free,
	slots_of_site,
)

NOW = datetime(2026, 11, 23, 12)
AGENT, NUMBER = "agent@example.com", "+447700900123"
LIMITS = DialLimits(account_slots=1, site_slots=2, reply_seconds=10, repeat_seconds=20)


def row(name, **values):
	empty = dict.fromkeys(("slot", "site_slot", "dial_key"))
	marks = dict.fromkeys(("is_due", "is_over", "is_same_request"), 0)
	return {"name": name, **empty, **marks, **values}


def taken(*rows, account="Main"):
	return conflicts_in(rows).claim(account, LIMITS, NOW, 0)


def test_extensions_of_one_switchboard_are_two_calls():
	"""x12 and x15 are two people; the same one twice is a repeat."""
	held = conflicts_in([row("a", dial_key=dial_key(AGENT, NUMBER, "12"))])
	assert held.same_call(AGENT, NUMBER, "12")["name"] == "a"
	assert held.same_call(AGENT, NUMBER, "15") is None
	assert held.same_call(AGENT, NUMBER) is None
	assert dial_key(AGENT, NUMBER) == dial_key(AGENT, NUMBER, "") == f"{AGENT}|{NUMBER}"


class TestClaims:
	def test_a_dial_takes_a_slot_of_its_account_and_one_of_the_site_for_as_long_as_its_reply_may_take(self):
		assert taken() == {
			"slot": "Main#1",
			"site_slot": "1",
			"reply_due": NOW + timedelta(seconds=10) + GRACE,
			"repeat_until": NOW + timedelta(seconds=20),
		}
		assert taken(row("a", slot="Other#1", site_slot="1"))["site_slot"] == "2"

	def test_a_call_of_ones_own_device_takes_no_slot_and_finds_none_missing(self):
		held = conflicts_in([row("a", slot="Main#1", site_slot="1"), row("b", slot="x", site_slot="2")])
		claimed = held.claim("", DialLimits(0, 0, 0, 20), NOW, 0)
		assert claimed == {"repeat_until": NOW + timedelta(seconds=20)}

	@pytest.mark.parametrize(
		"held",
		[[("Main#1", "1")], [("Other#1", "1"), ("Third#1", "2")]],
		ids=["of the account", "of the site"],
	)
	def test_without_a_free_slot_it_is_busy(self, held):
		with pytest.raises(Busy):
			taken(*(row("a", slot=slot, site_slot=site_slot) for slot, site_slot in held))

	def test_the_slots_of_a_dial_past_its_deadline_are_free(self):
		assert taken(row("a", slot="Main#1", site_slot="1", is_due=1))["slot"] == "Main#1"


class TestRepeats:
	def same(self, *rows):
		return conflicts_in(rows).same_call(AGENT, NUMBER)

	def test_a_call_of_the_same_agent_to_the_same_number_is_the_same(self):
		assert self.same(row("a", dial_key=dial_key(AGENT, NUMBER)))["name"] == "a"
		assert self.same(row("a", dial_key=dial_key("other@example.com", NUMBER))) is None
		assert self.same(row("a", dial_key=dial_key(AGENT, "+447700900456"))) is None

	def test_a_call_whose_repeat_window_is_over_is_another_and_is_to_give_up_its_key(self):
		found = conflicts_in([row("a", dial_key=dial_key(AGENT, NUMBER), is_over=1), row("b")])
		assert found.same_call(AGENT, NUMBER) is None
		assert found.over == ("a",)

	def test_the_call_of_the_same_request_comes_before_that_of_the_same_number(self):
		rows = row("a", dial_key=dial_key(AGENT, NUMBER)), row("b", is_same_request=1)
		assert self.same(*rows)["name"] == conflicts_in(rows).same_request["name"] == "b"


@pytest.mark.parametrize(
	("workers", "slots"), [(1, 1), (3, 1), (4, 1), (7, 1), (8, 2), (17, 4), (33, 8), (0, 1), (None, 1)]
)
def test_a_quarter_of_the_web_workers_may_wait_for_a_pbx_and_always_one(workers, slots):
	assert slots_of_site(workers) == slots


@given(st.integers(1, 500))
def test_the_others_are_left_to_the_desk(workers):
	assert 1 <= slots_of_site(workers) <= max(1, workers / 4)


class TestSlots:
	def test_the_lowest_that_is_free_is_taken(self):
		assert first_free([], "Main#", 2) == "Main#1"
		assert first_free(["Main#1"], "Main#", 2) == "Main#2"
		assert first_free(["Main#2"], "Main#", 2) == "Main#1"

	def test_there_is_none_when_all_are_taken(self):
		assert first_free(["Main#1", "Main#2"], "Main#", 2) == ""
		assert first_free([], "Main#", 0) == ""

	def test_an_accounts_slots_are_its_own(self):
		assert first_free(["Main#1", "Other#1", None], "Other#", 1) == ""
		assert first_free(["Main#1", None, ""], "Other#", 1) == "Other#1"

	def test_looking_starts_where_it_is_told_to_and_goes_round(self):
		assert first_free([], "", 3, start=1) == "2"
		assert first_free(["2", "3"], "", 3, start=1) == "1"
		assert first_free([], "", 3, start=7) == "2"

	@given(st.integers(1, 9), st.integers(0, 99), st.data())
	def test_wherever_looking_starts_a_free_one_is_found_when_there_is_one(self, limit, start, data):
		names = [str(number) for number in range(1, limit + 1)]
		taken = data.draw(st.sets(st.sampled_from(names)))
		found = first_free(taken, "", limit, start)
		assert found in set(names) - taken if len(taken) < limit else found == ""

	@given(st.integers(0, 20))
	def test_taking_one_after_the_other_gives_as_many_as_the_limit(self, limit):
		taken = []
		while name := first_free(taken, "", limit):
			taken.append(name)
		assert len(taken) == len(set(taken)) == limit
