"""Whole files as PBXs write them: their first line, their headings, their rows, several of which may be one call."""

from __future__ import annotations

from datetime import datetime

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.imports import table
from c2c_frappe.pbx.imports.legs import merge

CUSTOMER = "+447700900123"


def rows(text):
	return [row for row in table.csv_rows(text if isinstance(text, bytes) else text.encode()) if any(row)]


class TestTable:
	@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "\ufeffsep=;"])
	@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
	def test_a_line_that_names_the_separator_is_obeyed(self, first, line_end):
		"""It wins over what the headings look like, and is no heading."""
		assert rows(line_end.join([first, "a,b,c;d", "1;2"])) == [["a,b,c", "d"], ["1", "2"]]

	def test_rows_keep_their_numbers_below_it(self):
		assert list(table.csv_rows(b"sep=;\na;b\n1;2\n"))[1] == ["a", "b"]

	@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
	def test_separators_are_found_by_the_headings(self, separator):
		assert rows(f"a{separator}b\n1{separator}2") == [["a", "b"], ["1", "2"]]

	@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
	def test_encodings_of_spreadsheets_are_read(self, encoding):
		assert rows("Größe;b\nMüller;1".encode(encoding)) == [["Größe", "b"], ["Müller", "1"]]

	def test_a_file_that_is_no_table_says_so(self):
		with pytest.raises(table.FileError, match="cannot be read as CSV"):
			rows(b'a,b\n"' + b"x" * 200_000)

	def test_more_rows_than_allowed_are_refused(self):
		assert sum(1 for _row in table.limited(iter(range(table.MAX_ROWS + 1)))) == table.MAX_ROWS + 1
		with pytest.raises(table.FileError, match="too many rows"):
			list(table.limited(iter(range(table.MAX_ROWS + 2))))


FRITZBOX = """sep=;
Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer
1;20.07.26 10:45;Grace;03023125001;Berlin;11;97911585;0:10
2;20.07.26 14:37;;03023125002;Berlin;;97911585;0:00
3;20.07.26 15:00;;03023125003;Berlin;;97911585;0:00
4;21.07.26 09:08;;03023125004;Berlin;11;97911585;1:04
5;21.07.26 09:09;;03023125005;Berlin;11;97911585;0:01
"""


def test_a_fritzbox_is_read_by_its_own_codes(file):
	"""The codes and the length in hours and minutes as other people's readers of the same file have them."""
	*calls, unknown = file(FRITZBOX, "Europe/Berlin", ("DE",))
	assert [(c.event.direction, c.event.status, c.event.duration) for c in calls] == [
		("Incoming", status.COMPLETED, 600),
		("Incoming", status.NO_ANSWER, 0),
		("Incoming", status.FAILED, 0),
		("Outgoing", status.COMPLETED, 3840),
	]
	assert calls[0].event.number == "+493023125001" and calls[0].event.extension == "11"
	assert calls[3].event.started_at == datetime(2026, 7, 21, 7, 8)
	assert "5 is not a valid direction" in unknown.message


def test_two_calls_of_a_day_are_two(file):
	"""Day and time of day in two columns, and no id: they differ by the time of day alone."""
	first, second = file(
		"Date,Time,From,To\n23/11/2026,09:00,1000,07700900123\n23/11/2026,15:30,1000,07700900123\n"
	)
	assert first.record_id != second.record_id
	assert (first.event.started_at.hour, second.event.started_at.hour) == (9, 15)


def test_avayas_directions_are_read(file):
	avaya = "Call Start,Connected Time,Ring Time,Caller,Direction,Called Number,Call ID\n"
	avaya += "2026/11/23 12:00:00,00:01:15,5,07700900123,I,101,1000012\n"
	avaya += "2026/11/23 12:05:00,00:00:00,9,101,O,07700900123,1000013\n"
	incoming, outgoing = (found.event for found in file(avaya))
	assert (incoming.direction, incoming.extension, incoming.duration) == ("Incoming", "101", 75)
	assert (outgoing.direction, outgoing.extension, outgoing.number) == ("Outgoing", "101", CUSTOMER)


class TestLegs:
	HEADINGS = "calldate,src,dst,dstchannel,billsec,disposition,uniqueid\n"

	def merged(self, file, *legs):
		text = self.HEADINGS + "".join(f"2026-11-23 {leg},1700000000.1\n" for leg in legs)
		return merge(file(text)).event

	def test_a_call_that_was_passed_on_keeps_first_start_and_all_talk(self, file):
		"""Three phones ring, one is answered, and it passes the call on."""
		legs = [
			"12:00:00,07700900123,600,SIP/101-00000001,0,NO ANSWER",
			"12:00:05,07700900123,600,SIP/102-00000002,30,ANSWERED",
			"12:00:40,07700900123,103,SIP/103-00000003,60,ANSWERED",
		]
		for order in (legs, legs[::-1], [legs[1], legs[2], legs[0]]):
			event = self.merged(file, *order)
			assert (event.status, event.duration) == (status.COMPLETED, 90)
			assert (event.started_at, event.direction) == (datetime(2026, 11, 23, 12), "Incoming")
			assert event.number == CUSTOMER

	def test_two_phones_at_one_time_are_counted_once(self, file):
		event = self.merged(
			file,
			"12:00:00,07700900123,101,,60,ANSWERED",
			"12:00:30,07700900123,102,,60,ANSWERED",
		)
		assert (event.duration, event.extension) == (90, "101")

	def test_a_call_that_nobody_answered_stays_so(self, file):
		event = self.merged(
			file, "12:00:00,07700900123,101,,0,NO ANSWER", "12:00:05,07700900123,102,,7,NO ANSWER"
		)
		assert (event.status, event.duration) == (status.NO_ANSWER, 0)

	def test_all_rows_are_kept_with_the_call(self, file):
		found = merge(file(self.HEADINGS + 2 * "2026-11-23 12:00:00,07700900123,101,,5,what,7.1\n"))
		assert (found.record_id, found.row["caller"], found.row["caller 2"]) == (
			"7.1",
			"07700900123",
			"07700900123",
		)
		assert len(found.notes) == 1


def test_a_row_is_named_by_its_id_or_by_what_it_says(record):
	named = record(record_id="x.1")
	assert named.record_id == "x.1" and named.row["called"] == "447700900123"
	assert named.with_id().event.pbx_call_id == "x.1" and named.event.pbx_call_id == ""
	assert record().record_id == record().record_id != record(started_at="2026-11-23 12:01").record_id
