"""Every provider's events, call records and files read numbers by the one reader, with the account's countries."""

import json
from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls import events
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.matching import Candidate, is_new_pbx_call, match
from c2c_frappe.pbx.imports import rows
from c2c_frappe.pbx.providers.commpeak.provider import CommPeak
from c2c_frappe.pbx.providers.generic_http.provider import GenericHttp
from c2c_frappe.pbx.providers.primevox.provider import Primevox
from c2c_frappe.pbx.wire.http import HttpResponse

NOON = datetime(2026, 11, 23, 12)
COMMPEAK = {"crm_id": "1", "client_id": "2", "stats_url": "https://stats.example", "stats_api_key": "key"}
PRIMEVOX = {"api_key": "key", "container_id": "123456"}
RULES = [
	{"reads": "Call ID", "place": "id", "kind": "JSON path"},
	{"reads": "Number", "place": "from", "kind": "JSON path"},
]


def built(provider, countries):
	provider.countries = countries
	return provider


def commpeak_event(text, countries):
	return built(CommPeak(COMMPEAK), countries).parse_event(
		{"event": "start", "number": text, "direction": "in"}
	)


def commpeak_record(text, countries):
	row = {"id": "1", "type": "Inbound", "caller_id": text, "call_start": "2026-11-23 12:00:00"}
	answer = HttpResponse(200, json.dumps({"cdrs": [row]}))
	return built(CommPeak(COMMPEAK), countries).read_records(answer).records[0].event


def primevox_event(text, countries):
	payload = {"eventType": "InboundCall", "containerId": "123456", "callUuid": "7", "callerIdNum": text}
	return built(Primevox(PRIMEVOX), countries).parse_event(payload)


def primevox_record(text, countries):
	row = {"callUuid": "7", "callDirection": "1", "cidNum": text, "callDate": "2026-11-23 12:00:00"}
	answer = HttpResponse(200, json.dumps({"data": {"1": row}}))
	return built(Primevox(PRIMEVOX), countries).read_records(answer).records[0].event


def generic_event(text, countries):
	values = {"url_template": "https://pbx.example/x", "event_rules": RULES}
	return built(GenericHttp(values), countries).parse_event({"id": "7", "from": text})


def file_row(text, countries):
	reading = rows.Reading(
		("started_at", "caller", "called"), "UTC", rows.DAY_FIRST, countries, lambda _url: ""
	)
	return rows.read(("2026-11-23 12:00:00", text, "1000"), reading).event


READERS = (commpeak_event, commpeak_record, primevox_event, primevox_record, generic_event, file_row)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
	("text", "countries", "number"),
	(
		("07700900123", ("GB",), "+447700900123"),
		("+44 7700 900123", ("GB",), "+447700900123"),
		("(020) 7946 0018", ("GB",), "+442079460018"),
		("tel:+447700900123", ("GB",), "+447700900123"),
		("sip:+447700900123@10.0.0.1", ("GB",), "+447700900123"),
		("+44(0)7700900123", ("GB",), "+447700900123"),
		("1 (202) 555-0147", ("US",), "+12025550147"),
		("2025550147", ("US",), "+12025550147"),
		("447700900123", ("GB",), "+447700900123"),
		("07700900123", ("", "GB"), "+447700900123"),
	),
)
def test_number_is_the_same_for_every_reader(reader, text, countries, number):
	"""A webhook and a call record of one call name one number, however each writes it."""
	assert reader(text, countries).number == number


@pytest.mark.parametrize("reader", READERS[:-1])
@pytest.mark.parametrize("text", ("*4477009001", "44770090xxxx", "anonymous", ""))
def test_masked_number_is_none_for_every_reader(reader, text):
	"""A masked number is nobody's."""
	assert (reader(text, ("GB",)).number, reader(text, ("GB",)).other_numbers) == ("", ())


@pytest.mark.parametrize("reader", (primevox_event, primevox_record))
@pytest.mark.parametrize(
	("text", "number"),
	(("2025550147", "+12025550147"), ("12025550147", "+12025550147"), ("011447700900123", "+447700900123")),
)
def test_documented_forms_go_before_the_accounts_country(reader, text, number):
	"""Primevox documents ten digits, eleven, or 011: so they are read, wherever the account says it is."""
	assert reader(text, ("IN",)).number == number


AMBIGUOUS = {"number": "+916591234567", "other_numbers": ("+6591234567",)}


def call(number):
	return Candidate("a", "", "1000", number, NOON)


def test_every_reading_finds_its_open_call():
	"""The call that was dialed says which reading of the PBX's digits is meant."""
	event = CallEvent("progress", extension="1000", started_at=NOON, **AMBIGUOUS)
	assert [match(event, [call(n)]) for n in ("+916591234567", "+6591234567", "+442079460018")] == [
		"a",
		"a",
		"",
	]


def test_call_with_another_reading_may_be_the_one():
	"""While an open call has one of the readings, the event is no new call's."""
	event = CallEvent("progress", extension="1000", pbx_call_id="9", started_at=NOON, **AMBIGUOUS)
	silent = [Candidate("a", "", "1000", "+6591234567", NOON - timedelta(seconds=5), is_without_events=True)]
	assert not is_new_pbx_call(event, silent)
	assert is_new_pbx_call(event, [call("+442079460018")])


@pytest.mark.parametrize(
	("known", "number"),
	(
		({"+6591234567"}, "+6591234567"),
		({"+916591234567"}, "+916591234567"),
		({"+916591234567", "+6591234567"}, "+916591234567"),
		(set(), "+916591234567"),
		({"+442079460018"}, "+916591234567"),
	),
)
def test_reading_that_is_known_is_the_number(known, number):
	"""A record or an open call decides; nobody's number stays the likeliest."""
	settled = events.resolve_number(CallEvent("progress", **AMBIGUOUS), known)
	assert settled.number == number
	assert set(settled.numbers) == {"+916591234567", "+6591234567"}


def test_readings_outlive_being_stored():
	"""What is stored as JSON comes back the same; an event with one reading stores no others."""
	event = CallEvent("progress", started_at=NOON, **AMBIGUOUS)
	assert events.from_stored(json.loads(json.dumps(event.as_stored()))) == event
	assert "other_numbers" not in CallEvent("progress", number="+442079460018").as_stored()
