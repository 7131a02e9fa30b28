"""How many dials may be under way at once, and under which address a site may call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls.guards import first_free, is_confirmed_address, slots_of_site


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


class TestAddress:
	@pytest.mark.parametrize(
		("address", "confirmed"),
		[
			("https://crm.example", "https://crm.example"),
			("http://crm.example", "https://crm.example"),
			("https://CRM.example/app", "https://crm.example"),
			("https://crm.example:443", "crm.example"),
			("https://crm.example", "http://crm.example:80"),
			("http://crm.example:8000", "https://other.example\ncrm.example:8000"),
			("http://[::1]:8000", "http://[::1]:8000/"),
			("https://crm.example", "https://[broken\nhttps://crm.example:port https://crm.example"),
		],
	)
	def test_it_is_known_by_host_and_port(self, address, confirmed):
		assert is_confirmed_address(address, confirmed)

	@pytest.mark.parametrize(
		("address", "confirmed"),
		[
			("https://copy.example", "https://crm.example"),
			("https://crm.example.evil.example", "https://crm.example"),
			("https://crm.example@evil.example", "https://crm.example"),
			("http://crm.example:8001", "http://crm.example:8000"),
			("http://crm.example:8000", "http://crm.example"),
			("https://crm.example", ""),
			("https://[broken", "https://[broken"),
			("", ""),
			("", "https://crm.example"),
			("https://", "https://"),
		],
	)
	def test_any_other_is_not(self, address, confirmed):
		assert not is_confirmed_address(address, confirmed)
