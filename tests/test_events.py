"""What each provider's webhook says, as its page describes it; any other payload is read without an error."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.providers import registry

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
