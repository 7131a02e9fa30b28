"""Who called whom: numbers as files hold them, and which side is one's own."""

from __future__ import annotations

import pytest

from c2c_frappe.pbx.imports.parties import lines
from c2c_frappe.pbx.imports.rows import BrokenRowError, InternalCallError
from c2c_frappe.pbx.numbers import pbx_number

CUSTOMER, OWN_LINE = "+447700900123", "+442079460018"


@pytest.mark.parametrize(
	("cells", "expected"),
	[
		({}, ("Outgoing", "1000", CUSTOMER)),
		({"caller": "07700 900123", "called": "1000"}, ("Incoming", "1000", CUSTOMER)),
		(
			{"caller": "447700900123", "called": "442079460018", "direction": "inbound"},
			("Incoming", "", CUSTOMER),
		),
		(
			{"caller": "442079460018", "called": "447700900123", "extension": "1000"},
			("Outgoing", "1000", CUSTOMER),
		),
		({"number": "+44 7700 900123", "extension": "1001"}, ("Outgoing", "1001", CUSTOMER)),
		({"called": 447700900123.0, "caller": 1000}, ("Outgoing", "1000", CUSTOMER)),
		({"called": "*4477009XXX"}, ("Outgoing", "1000", "")),
		({"called": "anonymous"}, ("Outgoing", "1000", "")),
		({"caller": "Unbekannt", "called": "1000", "direction": "in"}, ("Incoming", "1000", "")),
		({"caller": "07700900123", "called": None}, ("Incoming", "", CUSTOMER)),
	],
)
def test_which_side_is_the_customers_the_numbers_show(row, cells, expected):
	event = row(**cells)
	assert (event.direction, event.extension, event.number) == expected


@pytest.mark.parametrize(
	("text", "number"),
	[
		('="07700900123"', CUSTOMER),
		('= "+44 7700 900123"', CUSTOMER),
		("'+447700900124", "+447700900124"),
		("907700900123", CUSTOMER),
		("9 07700 900123", CUSTOMER),
		("Name (+447700900123)", CUSTOMER),
		("Grace Hopper <+447700900123>", CUSTOMER),
		('"Hopper, Grace" <07700900123>', CUSTOMER),
		("4.47700900123E+11", CUSTOMER),
		("4,47700900123E+11", CUSTOMER),
		("447700900123.0", CUSTOMER),
		("07700900123", CUSTOMER),
		("+44 7700 900123", CUSTOMER),
		("+44(0)7700 900123", CUSTOMER),
		("(020) 7946 0018", OWN_LINE),
		("tel:+447700900123", CUSTOMER),
		("sip:+447700900123@10.0.0.1", CUSTOMER),
		("<sip:+447700900123@10.0.0.1>;tag=1", CUSTOMER),
		("sip:+447700900123;user=phone", CUSTOMER),
		('"Jane" <sip:+447700900123@host>', CUSTOMER),
		("+44 7700 900123 (Jane)", CUSTOMER),
		("07700 900123 #12", CUSTOMER),
		("07700900123x12", CUSTOMER),
		("sip:447700900123@10.0.0.1;user=phone", CUSTOMER),
		# A number of another country, as bare digits: read by the plan that knows it.
		("33612345678", "+33612345678"),
	],
)
def test_a_number_is_read_without_what_is_wrapped_around_it(row, text, number):
	"""The texts of the file, on either side of a call; what they mean is checked by hand, not by the reader."""
	assert row(called=text).number == row(caller=text, called="1000").number == number


@pytest.mark.parametrize(
	"text", ['"Name" <101>', "Ext.101", "ext 101", "Nebenstelle 101", "SIP/101-00000012", "sip:101@pbx"]
)
def test_an_own_phone_is_read_however_it_is_named(row, text):
	event = row(caller=text, called="07700900123")
	assert (event.direction, event.extension, event.number) == ("Outgoing", "101", CUSTOMER)
	event = row(caller="07700900123", called=text)
	assert (event.direction, event.extension, event.number) == ("Incoming", "101", CUSTOMER)


@pytest.mark.parametrize(
	"text",
	[
		"7.7009E+09",
		"7,7009E+9",
		"not a number",
		"John 07700900123",
		"0770090",
		"07700900123/4",
		"0770090012x",
	],
)
def test_a_number_nobody_can_read_breaks_the_row_and_is_shown(row, text):
	with pytest.raises(BrokenRowError) as raised:
		row(called=text)
	assert text.split("/")[0].lstrip("0") in raised.value.message


def test_a_plan_that_knows_the_digits_wins_over_an_outside_line(row):
	"""A mobile of Turkey: without its 9 it would be a number no British plan has."""
	assert row(called="905321234567").number == "+905321234567"


def test_the_other_meanings_of_digits_go_with_the_number(row):
	"""Digits of a British mobile with its country's code that may also be a German number: a record may know which."""
	event = row(called="447700900123", countries=("DE",))
	assert (event.number, event.other_numbers) == ("+447700900123", ("+49447700900123",))


@pytest.mark.parametrize("cells", [{"called": "1001"}, {"direction": "internal"}, {"called": "s"}])
def test_a_call_between_two_own_phones_is_none_of_the_log(row, cells):
	with pytest.raises(InternalCallError):
		row(**cells)


def test_a_row_without_numbers_is_broken(row):
	with pytest.raises(BrokenRowError, match="No phone number or extension"):
		row(caller="", called="anonymous")


class TestFreePbx:
	"""Rows of FreePBX: `dst` of an incoming call is `s`, the line that was called, a queue or a mailbox."""

	FROM_OUTSIDE = {"caller": "07700900123", "caller_channel": "SIP/trunk-00000001"}

	@pytest.mark.parametrize(
		("cells", "extension"),
		[
			({"called": "s"}, ""),
			({"called": "s", "called_channel": "PJSIP/101-00000002"}, "101"),
			({"called": "442079460018", "called_channel": "SIP/101-00000002"}, "101"),
			({"called": "442079460018", "called_channel": "Local/101@from-queue-00000002;1"}, "101"),
			({"called": "442079460018", "own_number": "02079460018"}, ""),
			({"called": "02079460018", "own_numbers": {OWN_LINE}}, ""),
			({"called": "600", "called_channel": "SIP/101-00000002"}, "101"),
			({"called": "vmu101"}, "101"),
		],
	)
	def test_a_call_from_outside_is_incoming(self, row, cells, extension):
		event = row(**{**self.FROM_OUTSIDE, **cells})
		assert (event.direction, event.extension, event.number) == ("Incoming", extension, CUSTOMER)

	def test_a_call_under_the_own_line_is_of_the_phones_channel(self, row):
		event = row(
			caller="442079460018",
			called="07700900123",
			caller_channel="PJSIP/101-00000001",
			called_channel="SIP/trunk-00000002",
		)
		assert (event.direction, event.extension, event.number) == ("Outgoing", "101", CUSTOMER)

	def test_two_outside_numbers_alone_are_no_outgoing_call(self, row):
		with pytest.raises(BrokenRowError, match=r"which of 07700900123 and 442079460018 is yours"):
			row(caller="07700900123", called="442079460018")

	def test_a_mailbox_that_answered_is_nobody(self, row):
		event = row(**self.FROM_OUTSIDE, called="vmu101", result="ANSWERED", duration="30")
		assert (event.status, event.duration) == ("No Answer", 0)


def test_own_lines_are_read_as_numbers_are():
	assert lines(["020 7946 0018", "Main <+442079460018>", "nonsense", ""], ("GB",)) == {OWN_LINE}


def test_an_own_line_is_known_by_any_reading_of_its_text(row):
	"""A trunk's national digits may mean a number of another country first: of the account's, before the site's."""
	sides = {"caller": "02079460018", "called": "+447700900123", "own_numbers": {"+442079460018"}}
	assert pbx_number.read("02079460018", ("IT", "GB")) == "+3902079460018"
	read = row(**sides, countries=("IT", "GB"))
	assert (read.direction, read.number) == ("Outgoing", "+447700900123")


def test_all_readings_of_a_number_go_with_its_row(row):
	"""Which one is meant an open call or a record decides when the row is applied."""
	read = row(caller="1000", called="02079460018", countries=("IT", "GB"))
	assert read.numbers == ("+3902079460018", "+442079460018")
