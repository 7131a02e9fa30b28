"""What the rows of calls hold against a dial: slots, the same request, the same agent and number."""

from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls.in_flight import GRACE, Busy, Guards, dial_key, of_rows

NOW = datetime(2026, 11, 23, 12)
AGENT, NUMBER = "agent@example.com", "+447700900123"
GUARDS = Guards(account_slots=1, site_slots=2, reply_seconds=10, repeat_seconds=20)


def row(name, **values):
	empty = dict.fromkeys(("slot", "site_slot", "dial_key"))
	marks = dict.fromkeys(("is_due", "is_over", "is_same_request"), 0)
	return {"name": name, **empty, **marks, **values}


def taken(*rows, account="Main"):
	return of_rows(rows).take(account, GUARDS, NOW, 0)


class TestSlots:
	def test_a_dial_takes_a_slot_of_its_account_and_one_of_the_site_for_as_long_as_its_reply_may_take(self):
		assert taken() == {
			"slot": "Main#1",
			"site_slot": "1",
			"reply_due": NOW + timedelta(seconds=10) + GRACE,
			"repeat_until": NOW + timedelta(seconds=20),
		}
		assert taken(row("a", slot="Other#1", site_slot="1"))["site_slot"] == "2"

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
		return of_rows(rows).same_call(AGENT, NUMBER)

	def test_a_call_of_the_same_agent_to_the_same_number_is_the_same(self):
		assert self.same(row("a", dial_key=dial_key(AGENT, NUMBER)))["name"] == "a"
		assert self.same(row("a", dial_key=dial_key("other@example.com", NUMBER))) is None
		assert self.same(row("a", dial_key=dial_key(AGENT, "+447700900456"))) is None

	def test_a_call_whose_repeat_window_is_over_is_another_and_is_to_give_up_its_key(self):
		found = of_rows([row("a", dial_key=dial_key(AGENT, NUMBER), is_over=1), row("b")])
		assert found.same_call(AGENT, NUMBER) is None
		assert found.over == ("a",)

	def test_the_call_of_the_same_request_comes_before_that_of_the_same_number(self):
		rows = row("a", dial_key=dial_key(AGENT, NUMBER)), row("b", is_same_request=1)
		assert self.same(*rows)["name"] == of_rows(rows).same_request["name"] == "b"
