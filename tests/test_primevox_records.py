"""Primevox's call list: who was spoken to, what was noted, and whose phone took a call that came in."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import events, facts, status
from c2c_frappe.pbx.calls.facts import CallState
from c2c_frappe.pbx.calls.records import Window
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.wire.http import HttpResponse

NOON = datetime(2026, 11, 23, 12, 0)
KEY = "primevox-key-0123456789"
PRIMEVOX = registry.build("primevox", {"api_key": KEY, "container_id": "123456"})
ROW = {
	"callUuid": "6f9619ff",
	"callDate": "2026-11-23 12:00:00",
	"callDirection": 1,
	"cidNum": "2025550147",
	"numDialed": "12025550100",
	"duration": 34,
}


def page(data, http_status=200):
	return PRIMEVOX.read_records(HttpResponse(http_status, json.dumps({"data": data})))


def of_row(**values):
	[record] = page({"81": {**ROW, **values}}).records
	return record.event


class TestWhoWasSpokenTo:
	@pytest.mark.parametrize(
		("said", "expected"),
		[
			({"spokeToPerson": 1}, status.COMPLETED),
			({"spokeToPerson": "1", "wentToVoicemail": "1"}, status.COMPLETED),
			({"spokeToPerson": 0}, status.NO_ANSWER),
			({"spokeToPerson": 0, "wentToVoicemail": 1}, status.NO_ANSWER),
			({"wentToVoicemail": 1}, status.NO_ANSWER),
			({"wentToVoicemail": 1, "lastEvent": "Answered"}, status.NO_ANSWER),
			({"spokeToPerson": 0, "lastEvent": "Busy"}, status.BUSY),
			({"spokeToPerson": 0, "lastEvent": "Answered"}, status.NO_ANSWER),
			({"spokeToPerson": None, "wentToVoicemail": ""}, ""),
			({"wentToVoicemail": 0}, ""),
		],
	)
	def test_a_call_that_came_in_was_missed_unless_a_person_spoke(self, said, expected):
		"""The page: "Whether the caller ever actually spoke to someone"; a voicemail is nobody."""
		assert of_row(**said).status == expected

	def test_a_missed_call_has_no_talk_and_an_answered_one_has(self):
		"""The duration of one that nobody took is that of the greeting."""
		assert of_row(spokeToPerson=0).duration is None
		assert of_row(spokeToPerson=1).duration == 34

	def test_of_an_outgoing_call_these_two_say_nothing(self):
		"""The page: they apply to calls that come in, and internal ones."""
		assert of_row(callDirection=2, lastEvent="Answered", spokeToPerson=0).status == status.COMPLETED


class TestWhatIsKept:
	def test_notes_and_a_transcription_that_come_later_are_new(self):
		"""They are part of what the record says, so a row that gains them is not known already."""
		before, after = of_row(), of_row(callNotes="call back", transcription="Hello, this is Ada.")
		assert after.note == "call back\nHello, this is Ada."
		assert before.as_stored() != after.as_stored() and "note" not in before.as_stored()

	def test_what_cannot_be_read_is_listed(self):
		"""The row is kept."""
		assert of_row(callDate="soon", duration="a while").unread == "callDate: soon; duration: a while"

	@pytest.mark.parametrize(
		("said", "unread"), [("conference", "cidNum: conference"), ("anonymous", ""), ("", ""), (None, "")]
	)
	def test_a_row_of_which_no_number_can_be_read_is_counted(self, said, unread):
		"""A number that is withheld is read as that."""
		found = page([{**ROW, "cidNum": said}])
		assert (found.unread, found.records[0].event.unread) == (int(bool(unread)), unread)
		assert page([{name: value for name, value in ROW.items() if name != "cidNum"}]).unread == 1

	@pytest.mark.parametrize("said", [{"lastEvent": "Hangup", "duration": None}, {"duration": ""}])
	def test_a_listed_call_without_a_duration_has_ended(self, said):
		"""The page lists calls that are over; of how nothing is known, and the time is that of reading it."""
		read = of_row(callDirection=2, **said)
		dialed = CallState(status.dial_evidence("accepted"))
		found = facts.changes(dialed, [events.heard(read, NOON + timedelta(minutes=5))])
		assert (found.evidence.status, found.is_over) == (status.UNKNOWN, True)
		assert found.facts["ended_at"] == NOON + timedelta(minutes=5)

	@pytest.mark.parametrize("data", [None, [], {}])
	def test_no_rows_in_any_spelling_is_an_empty_page(self, data):
		"""PHP writes nothing as a list; null is read alike."""
		found = page(data)
		assert (found.records, found.unread, found.has_more) == ((), 0, False)

	def test_rows_may_be_a_list_and_one_nobody_can_read_is_counted(self):
		"""An internal call is understood and left out."""
		found = page([ROW, {"foo": 1}, "x", {**ROW, "callUuid": "2", "callDirection": 3}])
		assert ([record.record_id for record in found.records], found.unread) == (["6f9619ff"], 2)
		assert found.unread_fields == ("foo",)

	def test_another_page_is_none(self):
		"""Without `data` it is no call list."""
		with pytest.raises(UnavailableError):
			PRIMEVOX.read_records(HttpResponse(200, "{}"))


class TestWhosePhone:
	def test_the_list_of_one_phone_asks_for_incoming_calls_it_took(self):
		"""By the filter the page documents; outgoing and internal calls are left out."""
		request = PRIMEVOX.phone_records_request(Window(NOON - timedelta(hours=1), NOON), 2, "1000")
		query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
		assert query["filterInboundExtenReceived"] == "1000"
		assert (query["showInbound"], query["showOutbound"], query["showInternal"]) == ("1", "0", "0")
		assert (query["page"], query["fromDate"]) == ("2", "2026-11-23 11:00:00")

	def test_a_pbx_that_cannot_tell_is_not_asked(self):
		"""CommPeak's rows name the phone themselves."""
		stats = {"stats_url": "https://acme.stats.pbx.commpeak.com", "stats_api_key": "k-0123456789"}
		assert registry.build("commpeak", stats).has_phone_records is False
		assert PRIMEVOX.has_phone_records is True

	def test_the_records_of_a_phone_carry_its_extension(self):
		"""As the simulated PBX lists them: the call that 1001 took, and no other."""
		with Simulator(api_key=KEY) as pbx:
			values = {"base_url": pbx.url, "api_key": KEY, "container_id": "123456", "allow_http": "1"}
			provider = registry.build("primevox", values)
			for extension in ("1000", "1001"):
				call = pbx.begin(extension, "12025550147", "in", provider="primevox", at=time.time() - 60)
				pbx.answer(call.id)
				pbx.hang_up(call.id)
			now = datetime.now(timezone.utc).replace(tzinfo=None)
			window = Window(now - timedelta(minutes=5), now)
			everything = exchange.fetch_records(provider, window, 1).records
			assert [record.event.extension for record in everything] == ["", ""]
			[taken] = exchange.fetch_phone_records(provider, window, 1, "1001").records
			assert (taken.event.extension, taken.event.status) == ("1001", status.COMPLETED)
			assert taken.record_id in {record.record_id for record in everything}
