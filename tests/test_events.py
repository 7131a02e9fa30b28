"""What each provider's webhook says, as its page describes it; any other payload is read without an error."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import events, facts, status
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http.event import Reading
from c2c_frappe.pbx.providers.generic_http.places import PATH, Rule

COMMPEAK = registry.build("commpeak", {"crm_id": "1", "client_id": "2345678"})
PRIMEVOX = registry.build("primevox", {"api_key": "key-0123456789", "container_id": "123456"})
JSON = st.recursive(
	st.none() | st.booleans() | st.integers() | st.text(max_size=20),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
	max_leaves=6,
)
NAMES = st.sampled_from(
	[
		"eventType",
		"containerId",
		"tenantId",
		"callUuid",
		"extNumber",
		"callerIdNum",
		*dict(COMMPEAK.event_parameters),
	]
)


@given(
	st.dictionaries(NAMES | st.text(max_size=8), JSON, max_size=12),
	st.sampled_from(["start", "answer", "end", "InboundCall", "HangupCall", "x"]),
)
def test_any_payload_is_read_without_an_error_and_can_be_stored(payload, event):
	for provider in (COMMPEAK, PRIMEVOX):
		for told in (payload, {**payload, "event": event, "containerId": "123456"}):
			read = provider.parse_event(told)
			assert read is None or read.as_stored() is not None
			assert read is None or read.evidence is None or read.evidence.status in status.ALL


@pytest.mark.parametrize(
	("cause", "expected"),
	[
		("ANSWERED", "Completed"),
		("NO ANSWER", "No Answer"),
		("NO_ANSWER", "No Answer"),
		("busy", "Busy"),
		("CANCEL", "Canceled"),
		("CONGESTION", "Failed"),
		("something new", ""),
		("", ""),
	],
)
def test_commpeaks_hangup_cause_gives_the_status_and_an_unknown_one_gives_none(cause, expected):
	assert COMMPEAK.parse_event({"event": "end", "hangup_cause": cause}).status == expected


def test_a_commpeak_event_is_read_whole():
	read = COMMPEAK.parse_event(
		{
			"event": "answer",
			"uniqueid": "1757292737.3",
			"call": "abc123",
			"extension": "102",
			"number": "593990899917",
			"direction": "out",
			"started_at": "2026-09-08 00:52:17",
			"answered_at": "2026-09-08 00:52:20",
			"recording": "javascript:alert(1)",
		}
	)
	assert (read.status, read.call, read.pbx_call_id) == ("In Progress", "abc123", "1757292737.3")
	assert (read.extension, read.number, read.direction) == ("102", "+593990899917", "Outgoing")
	assert read.answered_at == datetime(2026, 9, 8, 0, 52, 20)
	assert read.recording_url == ""


def test_a_masked_number_is_no_number():
	assert COMMPEAK.parse_event({"event": "start", "number": "*4477668899"}).number == ""


INBOUND = {
	"eventType": "InboundCall",
	"eventTarget": "phoneNumber",
	"containerId": "123456",
	"tenantId": "000",
	"didNumber": "12025550100",
	"callUuid": "u-1",
	"callerIdNum": "2025550147",
	"callerIdName": "ADA LOVELACE",
}
HANGUP = {
	"eventType": "HangupCall",
	"containerId": "123456",
	"tenantId": "000",
	"extNumber": "2005",
	"callUuid": "u-1",
	"callerIdNum": "12025550147",
}


def test_a_primevox_call_that_comes_in_is_read_as_its_page_names_the_fields():
	read = PRIMEVOX.parse_event(INBOUND)
	assert (read.source, read.status, read.pbx_call_id) == ("progress", "Ringing", "u-1")
	assert (read.number, read.direction, read.extension) == ("+12025550147", "Incoming", "")


def test_a_primevox_hangup_says_that_it_ended_and_at_whose_phone_and_not_how():
	read = PRIMEVOX.parse_event(HANGUP)
	assert (read.source, read.evidence.status, read.extension) == ("end", status.UNKNOWN, "2005")


@pytest.mark.parametrize(
	"other",
	[
		{"containerId": "654321"},
		{"tenantId": "002"},
		{"eventType": "inboundMessage"},
		{"eventType": ""},
	],
)
def test_what_is_no_call_or_of_another_container_or_tenant_is_no_event_of_primevox(other):
	assert PRIMEVOX.parse_event({**INBOUND, **other}) is None


@pytest.mark.parametrize("tenant", ["0", "000", "", None])
def test_the_default_tenant_is_the_same_however_it_is_written(tenant):
	assert PRIMEVOX.parse_event({**INBOUND, "tenantId": tenant})


DESCRIBED = (
	Rule("Call ID", PATH, "id"),
	Rule("Status", PATH, "state", "talking", status.IN_PROGRESS),
	Rule("Ended at", PATH, "end"),
	Rule("Duration", PATH, "took"),
)
NO_TIME = ["0", "-", "null", None, 0, "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "1970-01-01 05:30:00"]


def no_number(_text):
	return {"number": ""}


class TestTimesThatAreNotSet:
	@pytest.mark.parametrize("end", NO_TIME)
	@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
	def test_a_described_pbx_whose_end_is_not_set_goes_on(self, end, zone):
		"""A call under way with an empty "Ended at" is under way: it can be ranked, folded and stored."""
		read = Reading(DESCRIBED, ZoneInfo(zone))
		event = read.read({"id": "7", "state": "talking", "end": end, "took": "-"}, (), str, no_number)
		assert (event.source, event.evidence.status, event.ended_at) == ("progress", "In Progress", None)
		assert facts.fold([event]) == {"pbx_call_id": "7"}
		unknown = read.read({"id": "7", "state": "odd", "end": end}, (), str, no_number)
		assert unknown.source == "progress" and events.dated(unknown, datetime(2026, 11, 23)).ended_at is None

	@pytest.mark.parametrize("end", NO_TIME)
	def test_commpeaks_times_that_are_not_set_are_none(self, end):
		"""A start whose end is not set says nothing of an end."""
		read = COMMPEAK.parse_event(
			{"event": "start", "started_at": end, "answered_at": end, "ended_at": end}
		)
		assert (read.started_at, read.answered_at, read.ended_at) == (None, None, None)


class TestDirectionsNobodyKnows:
	@pytest.mark.parametrize(
		("word", "direction"),
		[
			("sideways", ""),
			("internal", ""),
			("InBound", "Incoming"),
			("outbound-api", "Outgoing"),
			("-", "Outgoing"),
		],
	)
	def test_an_unknown_word_is_never_outgoing(self, word, direction):
		"""It is listed as unread, and such an event makes no row; a form that names no direction is of dialed calls."""
		rules = (Rule("Call ID", PATH, "id"), Rule("Direction", PATH, "way"))
		event = Reading(rules).read({"id": "7", "way": word}, (), str, no_number)
		assert event.direction == direction
		assert event.unread == ("direction: sideways" if word == "sideways" else "")
		assert COMMPEAK.parse_event({"event": "start", "direction": word}).direction == direction
