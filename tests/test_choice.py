"""Which of a record's numbers a click means, in what order they are offered, and the time where they are."""

import zoneinfo
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.numbers.choice import Choice, choose, choose_own_first, distinct, local_time, ordered

MOBILE = Choice("mobile_no", "", "Mobile", "+44 7700 900123", "+44 7700 900123")
PHONE = Choice("phone", "", "Phone", "020 7946 0123", "020 7946 0123")
ROW = Choice("phone", "row1", "Phone", "+1 202 555 0147", "+1 202 555 0147")
MASKED = Choice("phone", "row2", "Phone", "+44 7700 900456", "+44XXXXXXXX")
ALL = (MOBILE, PHONE, ROW, MASKED)
SOME = st.lists(
	st.builds(
		Choice,
		st.sampled_from("ab"),
		st.sampled_from(["", "r"]),
		st.just("L"),
		st.sampled_from("12345"),
		is_primary=st.booleans(),
	)
)


def chosen(fieldname="", row="", number="", choices=ALL, countries=("GB",)):
	return choose(choices, fieldname, row, number, countries)


class TestChoose:
	def test_with_nothing_said_it_is_the_first(self):
		assert chosen() is MOBILE
		assert chosen(choices=()) is None

	def test_a_field_of_the_record_is_not_a_field_of_its_rows(self):
		assert chosen("phone") is PHONE
		assert chosen("phone", choices=(ROW, PHONE)) is PHONE
		assert chosen("phone", choices=(ROW,)) is None

	def test_a_row_is_found_with_its_field_or_alone(self):
		assert chosen("phone", "row1") is ROW
		assert chosen(row="row1") is ROW
		assert chosen("mobile_no", "row1") is None

	@pytest.mark.parametrize(
		"number", ["+44 7700 900123", "+447700900123", "07700 900123", "(07700) 900-123", "00447700900123"]
	)
	def test_a_number_chooses_among_those_found_however_it_is_written(self, number):
		assert chosen(number=number) is MOBILE

	@pytest.mark.parametrize("number", ["+447700900999", "+1 202 555 0148", "900123", "x", "*", "+44"])
	def test_a_number_that_is_not_on_the_record_is_none_of_them(self, number):
		assert chosen(number=number) is None
		assert chosen("mobile_no", number=number) is None

	def test_place_and_number_must_both_fit(self):
		assert chosen("phone", "row1", "+1 202 555 0147") is ROW
		assert chosen("mobile_no", "", "+1 202 555 0147") is None
		assert chosen("nothing") is None and chosen("", "row9") is None

	def test_a_mask_chooses_the_number_behind_it(self):
		assert chosen(number="+44XXXXXXXX") is MASKED

	def test_of_several_numbers_in_one_field_the_one_sent_is_meant(self):
		two = (Choice("phone", "", "Phone", "020 7946 0001"), Choice("phone", "", "Phone", "020 7946 0002"))
		assert chosen("phone", number="+442079460002", choices=two) is two[1]
		assert chosen("phone", choices=two) is two[0]

	def test_extensions_of_a_switchboard_are_two_numbers(self):
		"""x12 and x15 are two people, in one field or in two; the number alone means neither of them."""
		x12, x15 = (Choice(f, "", "Phone", f"020 7946 0018 {x}") for f, x in (("a", "x12"), ("b", "x15")))
		assert distinct((x12, x15), ("GB",)) == (x12, x15)
		assert chosen(number="+44 20 7946 0018 x15", choices=(x12, x15)) is x15
		assert chosen(number="+442079460018 ext. 12", choices=(x12, x15)) is x12
		assert chosen(number="+442079460018", choices=(x12, x15)) is None
		assert chosen("b", number="+442079460018", choices=(x12, x15)) is x15
		assert chosen(number="+442079460018 x13", choices=(x12, x15)) is None

	def test_number_without_extension_means_the_only_one(self):
		"""What the log or a mask gives is the number alone; with an extension that none has it is none of them."""
		plain, x12 = (Choice("a", "", "Phone", text) for text in ("020 7946 0018", "020 7946 0018 x12"))
		assert chosen(number="+442079460018", choices=(x12,)) is x12
		assert chosen(number="+442079460018", choices=(x12, plain)) is plain
		assert chosen(number="+442079460018 x12", choices=(plain,)) is None

	def test_texts_that_are_no_numbers_are_not_each_other(self):
		odd = (Choice("a", "", "A", "ask Bob"), Choice("b", "", "B", "reception"))
		assert chosen(number="nobody", choices=odd) is None
		assert chosen(number="reception", choices=odd) is odd[1]

	def test_the_country_decides_how_a_number_without_a_plus_is_compared(self):
		assert chosen(number="+442079460123", countries=("GB",)) is PHONE
		assert chosen(number="+442079460123", countries=("US",)) is None

	@given(
		SOME,
		st.sampled_from(["", "a", "b", "c"]),
		st.sampled_from(["", "r", "s"]),
		st.sampled_from(["", "1", "9"]),
	)
	def test_only_what_the_server_found_is_ever_chosen(self, choices, fieldname, row, number):
		found = choose(choices, fieldname, row, number, ("GB",))
		assert found is None or any(found is each for each in choices)
		if found and number:
			assert found.text == number


# A mask may be that of several numbers; the rows of other records are named otherwise than a record's own.
TEXTS = (
	*("+44 7700 900123", "07700 900123", "+44 7700 900456"),
	*("020 7946 0123", "020 7946 0123 x12", "020 7946 0123 x15"),
)
MASK = "+44XXXXXX"


def numbers_at(fields, rows):
	shown = st.sampled_from([*TEXTS, MASK])
	places = (st.sampled_from(fields), st.sampled_from(rows), st.just("L"), st.sampled_from(TEXTS))
	built = st.builds(Choice, *places, shown)
	return st.lists(built.filter(lambda choice: choice.shown in (choice.text, MASK)), max_size=4)


class TestOwnFirst:
	@given(
		numbers_at(["phone", "mobile_no"], ["", "own"]),
		numbers_at(["phone"], ["other1", "other2"]),
		st.sampled_from(["", "phone", "mobile_no"]),
		st.sampled_from(["", "own", "other1"]),
		st.sampled_from(["", MASK, *TEXTS]),
	)
	def test_it_is_what_would_be_chosen_among_all(self, own, others, fieldname, row, number):
		wanted = (fieldname, row, number, ("GB",))
		found = choose_own_first(own, lambda: others, *wanted)
		assert found == choose([*own, *others], *wanted)

	def test_own_number_with_an_extension_yields_to_anothers_without(self):
		"""A number alone is the one that stands alone, wherever it stands."""
		own = Choice("phone", "", "Phone", "020 7946 0123 x12")
		other = Choice("phone", "row3", "Phone", "020 7946 0123")
		assert choose_own_first([own], lambda: [other], "", "", "+442079460123", ("GB",)) is other
		assert choose_own_first([own], lambda: [], "", "", "+442079460123", ("GB",)) is own

	def test_a_mask_that_is_also_a_contacts_chooses_none(self):
		other = Choice("phone", "row3", "Phone", "+44 7700 900789", MASKED.shown)
		assert choose_own_first([MASKED], lambda: [other], "", "", MASKED.shown, ("GB",)) is None
		assert choose_own_first([MASKED], lambda: [other], "phone", "row2", MASKED.shown, ("GB",)) is MASKED

	@pytest.mark.parametrize("place", [("mobile_no", "", ""), ("mobile_no", "", MOBILE.text), ("", "", "")])
	def test_the_others_are_not_asked_for_when_it_is_an_own_one(self, place):
		assert choose_own_first([MOBILE], lambda: pytest.fail("asked"), *place, ("GB",)) is MOBILE


class TestOrder:
	@given(SOME)
	def test_primary_numbers_come_first_and_the_rest_stays_as_it_was(self, choices):
		found = ordered(choices)
		assert sorted(map(id, found)) == sorted(map(id, choices))
		first = [each for each in choices if each.is_primary]
		rest = [each for each in choices if not each.is_primary]
		assert [id(each) for each in found] == [id(each) for each in first + rest]

	def test_a_number_is_offered_once_at_its_first_place(self):
		again = Choice("fax_or_phone", "", "Other", "+442079460123", "+442079460123")
		odd = Choice("a", "", "A", "ask Bob")
		assert distinct((PHONE, MOBILE, again, odd, odd), ("GB",)) == (PHONE, MOBILE, odd)

	@given(SOME)
	def test_offering_loses_no_number(self, choices):
		found = distinct(choices, ("GB",))
		assert {each.text for each in found} == {each.text for each in choices}
		assert len({each.text for each in found}) == len(found)


class TestLocalTime:
	NOON = datetime(2026, 7, 1, 12, 0, tzinfo=timezone.utc)

	@pytest.mark.parametrize(
		("number", "time"),
		[
			("+442079460123", "13:00"),
			("+12025550147", "08:00"),
			("+913312345678", "17:30"),
			("+61412345678", ""),  # an Australian mobile may be in any of its zones
			("+80012345678", ""),
		],
	)
	def test_it_is_told_where_it_is_one(self, number, time):
		assert local_time(number, self.NOON) == time

	def test_summer_time_is_known(self):
		assert local_time("+442079460123", datetime(2026, 1, 1, 12, 0, tzinfo=timezone.utc)) == "12:00"

	def test_a_machine_without_that_zone_tells_no_time(self):
		zoneinfo.ZoneInfo.clear_cache()
		zoneinfo.reset_tzpath(to=[])
		try:
			assert local_time("+442079460123", self.NOON) in (
				"",
				"13:00",
			)  # 13:00 where the package tzdata is
		finally:
			zoneinfo.reset_tzpath()
