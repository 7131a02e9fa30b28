"""Whatever a PBX or a webhook's sender sends is read without a fault and shows no secret.

Same examples in every run; C2C_FUZZ_EXAMPLES=5000 looks at more of them, and at others.
"""

import itertools
import json
import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import events, status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.calls.facts import fold
from c2c_frappe.pbx.calls.matching import AFTER, BEFORE
from c2c_frappe.pbx.errors import PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.imports.rows import DAY_FIRST, Reading, read
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.settings import trimmed
from c2c_frappe.pbx.wire import payload
from c2c_frappe.pbx.wire.http import HttpResponse
from c2c_frappe.pbx.wire.redaction import redact

EXAMPLES = int(os.environ.get("C2C_FUZZ_EXAMPLES", 0))
FUZZ = settings(
	max_examples=EXAMPLES or 60,
	derandomize=not EXAMPLES,
	database=None,
	deadline=None,
	suppress_health_check=list(HealthCheck),
)
SLUGS = sorted(registry.PROVIDERS)
EACH_PROVIDER = pytest.mark.parametrize("slug", SLUGS)
SECRET = "k4n4ry7f3a9c"
HERE = Path(__file__).parent
RECORDINGS, RECORDS = HERE / "recordings", HERE / "call_records"
# How the generic provider's form reads the event below: its own example of every place a fact may stand in.
EVENT_RULES = [
	{"reads": reads, "kind": "JSON path", "place": place, **more}
	for reads, place, more in (
		("Event", "type", {"value": "call"}),
		("Call", "custom.call", {}),
		("Call ID", "id", {}),
		("Extension", "agent", {}),
		("Number", "to", {}),
		("Started at", "start", {}),
		("Ended at", "end", {}),
		("Duration", "seconds", {}),
		("Recording", "urls[0]", {}),
		("Status", "state", {"value": "done", "meaning": "Completed"}),
	)
]
SETTINGS = {"generic_http": {"event_rules": EVENT_RULES}}
# A whole event of each provider; those of Asterisk are recorded.
EVENTS = {
	"generic_http": {
		"type": "call",
		"custom": {"call": "c0ffee1234"},
		"id": 42,
		"agent": "1000",
		"to": "447700900123",
		"start": "2026-11-23T09:00:00Z",
		"end": "2026-11-23 09:01:05",
		"seconds": "60",
		"urls": ["https://pbx.example.com/1.mp3"],
		"state": "done",
	},
	"commpeak": {
		"event": "end",
		"uniqueid": "1757292737.3",
		"call": "a1b2c3d4e5",
		"extension": "1000",
		"number": "447700900123",
		"direction": "out",
		"started_at": "2026-11-23 09:00:00",
		"answered_at": "2026-11-23 09:00:09",
		"ended_at": "2026-11-23 09:01:09",
		"duration": "60",
		"hangup_cause": "ANSWERED",
		"recording": "https://pbx.example.com/1.mp3",
	},
	"primevox": {
		"event": "HangupCall",
		"containerId": "123456",
		"callUuid": "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
		"extNumber": "2005",
		"callerIdNum": "12025550147",
	},
}

# What a field may hold that somebody wants to break a reader with.
NASTY = (
	"9999-12-31 23:59:59-23:59",
	"0001-01-01 00:00:00+23:59",
	"0001-01-01",
	"1e400",
	"-1",
	"NaN",
	"Infinity",
	"\ud800",
	"\x00",
	"'; DROP TABLE x; --",
	"<script>alert(1)</script>",
	"=cmd|' /C calc'!A1",
	"../../etc/passwd",
	"+" + "9" * 400,
	"x" * 5000,
	"\r\nSet-Cookie: a=b",
	"%s%n{0}{__class__}",
	f"{SECRET}",
	f"https://pbx.example/?key={SECRET}",
	'https://x/"><img src=x>',
	10**400,
	2**63,
	float("nan"),
	float("-inf"),
)
SCALARS = (
	st.sampled_from(NASTY) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
)
VALUES = st.recursive(
	SCALARS,
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def words_of(slug):
	"""Return the words a provider's code knows: names of fields, names of events, causes."""
	words = set()
	for module in sorted(sys.modules):
		if module.startswith(f"c2c_frappe.pbx.providers.{slug}"):
			source = Path(sys.modules[module].__file__).read_text(encoding="utf-8")
			words |= set(re.findall(r'"([A-Za-z_ ]{2,24})"', source))
	assert len(words) > 10, f"no words of {slug}: its modules stand elsewhere"
	return sorted(words)


def broken(whole):
	"""Return copies of a JSON value in which some of the values are something nasty or missing."""
	if isinstance(whole, dict):
		parts = {name: broken(value) for name, value in whole.items()}
		return st.fixed_dictionaries({}, optional=parts) | st.fixed_dictionaries(parts)
	if isinstance(whole, list):
		return st.tuples(*(broken(value) for value in whole)).map(list) | SCALARS
	return st.just(whole) | st.just(whole) | st.sampled_from(NASTY) | SCALARS


def spoken(slug):
	"""Return objects that look like what this provider's PBX says, with anything in their fields."""
	words = st.sampled_from(words_of(slug))
	row = st.dictionaries(words, SCALARS | words, max_size=12)
	return st.dictionaries(words, VALUES | words | row | st.lists(row, max_size=3), max_size=12)


def provider_of(slug):
	"""Return a provider whose secrets are all the same canary."""
	recording = _loaded(min(RECORDINGS.glob(f"{slug}/*.json")))
	secrets = {s.name: SECRET for s in registry.PROVIDERS[slug].settings if s.kind == "password"}
	return registry.build(slug, {**recording["settings"], **SETTINGS.get(slug, {}), **secrets})


def whole_events(slug):
	"""Return events as this provider's PBX sends them, one of each kind that is news to us; never none."""
	provider = provider_of(slug)
	streams = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob(f"events/{slug}/*.jsonl"))]
	lines = [line for stream in streams for line in stream.splitlines()]
	recorded = {event["type"]: event for event in map(json.loads, lines) if provider.parse_event(event)}
	found = [*recorded.values(), *filter(None, [EVENTS.get(slug)])]
	assert found and all(provider.parse_event(event) for event in found)
	return found


def spoiled(whole):
	"""Yield copies of an object with each of the nasty things in each of its fields, inner ones too."""
	for field, value in whole.items():
		for text in NASTY:
			yield {**whole, field: text}
		for inner in spoiled(value) if isinstance(value, dict) else ():
			yield {**whole, field: inner}


def bodies(slug):
	whole = [_loaded(path)["answer"]["body"] for path in sorted(RECORDINGS.glob(f"{slug}/*.json"))]
	listed = [json.dumps(_loaded(path)["answer"]) for path in RECORDS.glob(f"{slug}.json")]
	known = st.sampled_from([json.loads(text) for text in (*whole, *listed) if text.startswith("{")] or [{}])
	as_json = (spoken(slug) | VALUES | known.flatmap(broken)).map(
		lambda value: json.dumps(value, default=str)
	)
	cut = st.builds(lambda text, at: text[:at], as_json, st.integers(0, 60))
	return as_json | as_json | cut | st.text(max_size=80) | st.just("[" * 20000) | st.just('{"a":' * 20000)


def _loaded(path):
	return json.loads(path.read_text(encoding="utf-8"))


def answers_of(slug):
	kinds = st.sampled_from(["", "application/json", "text/html; charset=x", "\x00"])
	return st.builds(HttpResponse, st.integers(100, 999), bodies(slug), kinds)


def assert_fit_for_people(text):
	assert SECRET not in str(text)
	assert redact(str(text), [SECRET]) == str(text)


@EACH_PROVIDER
def test_every_answer_to_a_dial_or_a_probe_is_understood_or_said_to_be_unreadable(slug):
	provider = provider_of(slug)

	@FUZZ
	@given(answers_of(slug))
	def look(answer):
		result = provider.read_dial_response(answer)
		assert result.answer in status.DIAL_OUTCOMES
		assert_fit_for_people(result.message)
		assert SECRET not in result.pbx_call_id and len(result.pbx_call_id) <= 140
		finding = provider.read_probe_response(answer)
		assert finding.ok in (True, False, None)
		assert_fit_for_people((finding.message, *finding.unchecked))

	look()


@pytest.mark.parametrize("slug", [s for s, p in registry.PROVIDERS.items() if p.capabilities.call_records])
def test_every_list_of_call_records_is_read_or_refused_without_a_secret(slug):
	provider = provider_of(slug)

	@FUZZ
	@given(answers_of(slug))
	def look(answer):
		try:
			page = provider.read_records(answer)
		except (RejectedError, UnavailableError) as refusal:
			assert_fit_for_people(refusal.message)
			return
		for record in page.records:
			assert_of_known_form(record)

	look()


@EACH_PROVIDER
def test_every_event_is_news_or_none_and_news_can_be_kept_and_compared(slug):
	provider = provider_of(slug)

	@FUZZ
	@given(
		st.one_of([broken(event) for event in whole_events(slug)])
		| spoken(slug)
		| st.dictionaries(st.text(max_size=8), VALUES, max_size=4)
	)
	def look(told):
		event = provider.parse_event(told)
		if event:
			assert_harmless(event)

	look()


@EACH_PROVIDER
def test_each_nasty_thing_in_each_field_of_an_event_or_a_record_is_harmless(slug):
	provider = provider_of(slug)
	for told in itertools.chain.from_iterable(map(spoiled, whole_events(slug))):
		event = provider.parse_event(told)
		if event:
			assert_harmless(event)
	for path in RECORDS.glob(f"{slug}.json"):
		((key, rows),) = _loaded(path)["answer"].items()
		row = next(iter(rows.values() if isinstance(rows, dict) else rows))
		for field, text in itertools.product(row, NASTY):
			broken_row = {**row, field: text}
			listed = {str(text): broken_row} if isinstance(rows, dict) else [broken_row]
			for record in provider.read_records(HttpResponse(200, json.dumps({key: listed}))).records:
				assert_of_known_form(record)


def test_each_nasty_thing_in_each_cell_of_an_imported_row_is_harmless():
	whole = {
		"record_id": "x.1",
		"started_at": "2026-11-23 12:00",
		"answered_at": "2026-11-23 12:00:09",
		"ended_at": "2026-11-23 12:01",
		"duration": "0:51",
		"direction": "in",
		"extension": "1000",
		"number": "+447700900123",
		"result": "answered",
		"recording": "https://pbx.example.com/1.mp3",
	}
	link = provider_of("commpeak").recording_link
	reading = Reading(tuple(whole), "Europe/London", DAY_FIRST, ("GB",), link)
	for field, text in itertools.product(whole, (*NASTY, *map(str, NASTY))):
		try:
			record = read({**whole, field: text}.values(), reading)
		except PbxError as error:
			assert error.message
		else:
			assert_of_known_form(record)
			json.dumps(record.row, ensure_ascii=False).encode("utf-8", "replace")


def assert_of_known_form(record):
	assert re.fullmatch(r"[\w.:@/+=-]{1,140}", record.record_id, re.ASCII)
	assert_harmless(record.event)


def assert_harmless(event):
	"""News can be stored and read back, ranked and folded, and its times can be reckoned with and put in a table."""
	stored = json.loads(json.dumps(event.as_stored()))
	assert events.from_stored(stored, **_kept_apart(event)) == event
	assert event.evidence is None or event.evidence.status in status.ALL
	fold([event, event])
	assert len(event.pbx_call_id) <= 140
	assert re.fullmatch(r"[^\s<>\"'`]{0,140}", event.extension)
	assert not set("<>\"'` ") & set(event.recording_url)
	for moment in (event.started_at, event.answered_at, event.ended_at):
		if moment:
			assert moment.tzinfo is None and moment - AFTER < moment + BEFORE + timedelta(days=2)
			assert 1980 <= moment.year <= 2200


def _kept_apart(event):
	"""What news keep beside `as_stored`, where they do."""
	return (
		{}
		if "recording_url" in event.as_stored() or not event.recording_url
		else {"recording_url": event.recording_url}
	)


@FUZZ
@given(
	st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
	st.sampled_from(["", "application/json", "text/plain", "multipart/form-data; boundary=x", "\ud800"])
	| st.just("application/x-www-form-urlencoded"),
	VALUES.map(lambda value: json.dumps(value, default=str).encode("utf-8", "surrogatepass"))
	| st.binary(max_size=80)
	| st.sampled_from(
		[b"[" * 20000, b'{"a":' * 9000, b'"\\ud800"', b'{"\\udfff": "\\ud800"}', b"a=%ed%a0%80"]
	),
)
def test_what_a_webhook_brings_can_be_written_down_whatever_it_is(query, content_type, body):
	told = payload.read(query, content_type, body)
	json.dumps(told, ensure_ascii=False, default=str).encode()


@EACH_PROVIDER
def test_every_dial_becomes_one_request_that_hides_its_secrets_or_is_refused(slug):
	provider = provider_of(slug)
	sent = []

	def send(request, _connection):
		sent.append(request)
		return HttpResponse(200, "{}")

	texts = st.text(max_size=12) | st.sampled_from(
		["1000", "1000/../x", "1000?a=b", "1000\r\nHost: x", "١٠٠٠"]
	)

	@FUZZ
	@given(texts, texts | st.just("+447700900123"), st.dictionaries(texts, texts, max_size=3), texts)
	def look(extension, number, data, caller_id):
		sent.clear()
		result = exchange.place(provider, DialRequest(extension, number, data, caller_id), send)
		assert result.answer in status.DIAL_OUTCOMES
		assert_fit_for_people(result.message)
		assert len(sent) <= 1
		for request in sent:
			assert_fit_for_people(request.masked())
			assert re.fullmatch(r"[!-~]+", request.url), "nothing in an address is left unquoted"
			assert re.fullmatch(provider.extension_pattern, trimmed(extension), re.ASCII)

	look()
