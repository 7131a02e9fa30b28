"""Call records: what is asked of each provider, what its rows say, and which windows miss no call."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import events, records, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import fold
from c2c_frappe.pbx.calls.matching import Candidate, is_new_pbx_call, match
from c2c_frappe.pbx.calls.records import Window
from c2c_frappe.pbx.errors import OutcomeUnknownError, PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import MAX_RESPONSE, HttpResponse

NOON = datetime(2026, 11, 23, 12, 0)
HOUR = Window(NOON - timedelta(hours=1), NOON)
STATS_KEY, KEY = "stats-key-0123456789", "primevox-key-0123456789"
STATS = "https://acme.stats.pbx.commpeak.com"
COMMPEAK = registry.build("commpeak", {"stats_url": STATS, "stats_api_key": STATS_KEY})
PRIMEVOX = registry.build("primevox", {"api_key": KEY, "container_id": "123456"})
BOTH = pytest.mark.parametrize("provider", [COMMPEAK, PRIMEVOX], ids=lambda provider: provider.slug)
ROW = {"call_start": "2026-11-23 12:00:00", "type": "Outbound", "agent_pbxExtension": "102"}
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = ["id", "uniqueid", "type", "call_start", "call_end", "bill_duration", "custom_fields", "hangup_cause"]
NAMES += [
	"callUuid",
	"callDate",
	"callDirection",
	"duration",
	"numDialed",
	"cidNum",
	"lastEvent",
	"recordingUrl",
]
ROWS = st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from(["1", "2", "2026-11-23 12:00:00"]))


def recorded(provider):
	return json.loads((Path(__file__).parent / f"call_records/{provider.slug}.json").read_text())


def page(provider, body, http_status=200):
	return provider.read_records(
		HttpResponse(http_status, body if isinstance(body, str) else json.dumps(body))
	)


def row(**values):
	return page(COMMPEAK, {"cdrs": [{**ROW, "id": "1", **values}]}).records[0].event


def told(event):
	"""Return what is kept of an event, and the recording's address, which is kept apart."""
	return {**event.as_stored(), **({"recording_url": event.recording_url} if event.recording_url else {})}


@BOTH
class TestPages:
	def test_a_recorded_page_says_where_it_is_from_and_means_what_is_recorded(self, provider):
		page_recorded = recorded(provider)
		assert page_recorded["source"] in ("vendor page", "public code", "assumed") and page_recorded["note"]
		read = page(provider, page_recorded["answer"])
		found = [{"id": r.record_id, "event": told(r.event)} for r in read.records]
		assert found == page_recorded["records"]

	@pytest.mark.parametrize(
		("http_status", "body", "error"),
		[
			(401, "", RejectedError),
			(403, "{}", RejectedError),
			(404, "<h1>Not Found</h1>", RejectedError),
			(302, "", RejectedError),
			(500, "", UnavailableError),
			(200, "<h1>Sign in</h1>", UnavailableError),
			(200, '{"cdrs": "none", "data": "none"}', UnavailableError),
			(503, '{"cdrs": [], "data": {}}', UnavailableError),
		],
	)
	def test_an_answer_without_records_is_a_plain_error_and_never_an_empty_page(
		self, provider, http_status, body, error
	):
		with pytest.raises(error) as caught:
			page(provider, body, http_status)
		assert caught.value.message and str(http_status) in caught.value.message

	@settings(deadline=None)
	@given(st.lists(ROWS | VALUES, max_size=4))
	def test_rows_of_any_kind_are_read_without_an_error_and_can_be_stored(self, provider, rows):
		read = page(provider, {"cdrs": rows, "data": dict(enumerate(rows))})
		for record in read.records:
			assert record.record_id
			assert events.from_stored(record.event.as_stored(), record.event.recording_url) == record.event
			assert record.event.evidence is None or record.event.evidence.status in status.ALL

	def test_an_error_shows_no_key_though_the_pbx_repeats_it(self, provider):
		for http_status in (200, 403, 404, 500):
			with pytest.raises(PbxError) as caught:
				page(provider, f"no such key {STATS_KEY} {KEY}", http_status)
			assert provider.secrets[-1] not in caught.value.message


class TestCommPeak:
	def test_a_page_is_asked_for_as_a_form(self):
		request = COMMPEAK.records_request(HOUR, 3)
		assert (request.method, request.url) == ("POST", f"{STATS}/api/cdrs")
		assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
		form = parse_qs(request.body.decode())
		assert (form["page"], form["cdrs_per_page"]) == (["3"], ["100"])
		assert (form["from"], form["till"]) == (["2026-11-23 11:00:00"], ["2026-11-23 12:00:00"])

	def test_there_are_records_only_with_the_address_of_pbx_stats_and_its_key(self):
		assert COMMPEAK.has_call_records and PRIMEVOX.has_call_records
		assert not registry.build("commpeak", {"stats_url": STATS}).has_call_records
		with_ids = {"crm_id": "1", "client_id": "2345678", "stats_api_key": STATS_KEY}
		assert not registry.build("commpeak", with_ids).has_call_records
		assert registry.build("commpeak", {**with_ids, "stats_url": STATS}).has_call_records

	def test_only_an_empty_page_is_the_last(self):
		assert page(COMMPEAK, {"cdrs": [{"id": "1"}]}).has_more
		assert not page(COMMPEAK, {"cdrs": []}).has_more

	@pytest.mark.parametrize(
		("fields", "key"),
		[
			('{"call":"a1b2c3"}', "a1b2c3"),
			({"call": "a1b2c3"}, "a1b2c3"),
			('{"call":"<b>"}', ""),
			('{"call":{"x":1}}', ""),
			("[" * 9999, ""),
			("not json", ""),
			(None, ""),
		],
	)
	def test_our_key_is_read_from_the_custom_fields(self, fields, key):
		assert row(custom_fields=fields).call == key

	@pytest.mark.parametrize("destination", ["*4477668899", "44770090xxxx", "", None, "102"])
	def test_a_masked_number_is_no_number(self, destination):
		assert row(destination=destination).number == ""

	@pytest.mark.parametrize(
		("values", "source", "found"),
		[
			({"hangup_cause": "BUSY", "call_end": "2026-11-23 12:01:00"}, "record", status.BUSY),
			({"hangup_cause": "busy"}, "record", status.BUSY),
			({"hangup_cause": "", "call_end": ""}, "progress", status.RINGING),
			({"hangup_cause": "NEW_ONE"}, "record", ""),
			({"hangup_cause": "", "call_end": "2026-11-23 12:01:00"}, "record", ""),
		],
	)
	def test_a_hangup_cause_gives_the_status_and_an_unknown_one_gives_none(self, values, source, found):
		event = row(**values)
		assert (event.source, event.status) == (source, found)

	def test_times_without_a_zone_are_utc(self):
		assert row(call_start="2026-07-01 12:00:00").started_at == datetime(2026, 7, 1, 12)


class TestPrimevox:
	def test_a_page_is_asked_for_in_utc_without_internal_calls(self):
		query = parse_qs(urlsplit(PRIMEVOX.records_request(HOUR, 2).url).query)
		assert urlsplit(PRIMEVOX.records_request(HOUR, 2).url).path == "/api/call_list.php"
		assert query["fromDate"] == ["2026-11-23 11:00:00"] and query["toDate"] == ["2026-11-23 12:00:00"]
		assert (query["utcOffset"], query["page"], query["showInternal"]) == (["0"], ["2"], ["0"])

	def test_a_full_page_has_another_and_an_empty_one_may_be_a_list(self):
		rows = {str(n): {"callUuid": str(n), "callDirection": 2} for n in range(500)}
		assert page(PRIMEVOX, {"data": rows}).has_more
		assert not page(PRIMEVOX, {"data": dict(list(rows.items())[:499])}).has_more
		assert page(PRIMEVOX, {"data": []}).records == ()


CALL = Candidate("a", "", "1000", "+447700900123", NOON)
BEGAN = CallEvent(
	"record",
	extension="1000",
	number="+447700900123",
	pbx_call_id="7",
	started_at=NOON + timedelta(seconds=5),
)


class TestCallsThatBeganAtThePbx:
	@pytest.mark.parametrize(
		("event", "calls", "unheard_of"),
		[
			(BEGAN, [], True),
			(BEGAN, [CALL], False),
			(BEGAN, [replace(CALL, extension="1001")], True),
			(BEGAN, [replace(CALL, number="+12025550147")], True),
			(BEGAN, [replace(CALL, requested_at=NOON - timedelta(minutes=10))], True),
			(BEGAN, [replace(CALL, pbx_call_id="8")], True),
			(BEGAN, [replace(CALL, pbx_call_id="8", is_without_events=True)], False),
			(BEGAN, [CALL, replace(CALL, name="b")], False),
			(replace(BEGAN, number=""), [CALL], False),
			(replace(BEGAN, number=""), [], True),
			(replace(BEGAN, extension=""), [], False),
			(replace(BEGAN, started_at=None), [], False),
			(replace(BEGAN, call="another-sites"), [], False),
			(replace(BEGAN, direction="Incoming"), [], True),
		],
	)
	def test_a_record_is_of_a_call_of_its_own_only_when_no_call_of_ours_may_be_the_one(
		self, event, calls, unheard_of
	):
		assert is_new_pbx_call(event, calls) is unheard_of
		assert not (unheard_of and match(event, calls))


VERSIONS = st.lists(
	st.fixed_dictionaries(
		{},
		optional={
			"hangup_cause": st.sampled_from(["", "ANSWERED", "BUSY", "NO_ANSWER", "odd"]),
			"call_end": st.sampled_from(["", "2026-11-23 12:01:00", "2026-11-23 12:02:00"]),
			"bill_duration": st.sampled_from(["0", "30", "31"]),
		},
	),
	max_size=4,
)
TOLD = st.lists(
	st.fixed_dictionaries(
		{"event": st.sampled_from(["start", "answer", "end"])},
		optional={
			"hangup_cause": st.sampled_from(["ANSWERED", "BUSY"]),
			"duration": st.sampled_from(["5", "40"]),
			"ended_at": st.just("2026-11-23 12:03:00"),
		},
	),
	max_size=4,
)


@settings(deadline=None)
@given(VERSIONS, TOLD, st.randoms(), st.integers(1, 3))
def test_events_and_records_in_any_order_and_however_often_end_in_the_same_row(rows, told, random, times):
	heard = [row(**values) for values in rows] + [COMMPEAK.parse_event(payload) for payload in told]
	shuffled = heard * times
	random.shuffle(shuffled)

	def row_of(all_news):
		dial = status.dial_evidence("accepted")
		best = status.best([dial, *(event.evidence for event in all_news if event.evidence)])
		return best, fold(all_news)

	assert row_of(shuffled) == row_of(heard)


class TestWindows:
	@settings(deadline=None)
	@given(
		mark=st.none() | st.integers(-5000, 500).map(lambda minutes: NOON + timedelta(minutes=minutes)),
		overlap=st.sampled_from([timedelta(minutes=15), timedelta(hours=2)]),
	)
	def test_windows_overlap_leave_no_gap_and_arrive_at_now(self, mark, overlap):
		asked = [records.next_window(mark, NOON, overlap)]
		assert asked[0].since <= (NOON - records.FIRST if mark is None else mark - overlap) or mark > NOON
		while asked[-1].till < NOON:
			asked.append(records.next_window(asked[-1].till, NOON, overlap))
			assert asked[-1].since == asked[-2].till - overlap
			assert len(asked) < 50
		assert asked[-1].till == NOON
		assert all(w.till - w.since <= records.LONGEST + overlap for w in asked)

	@given(st.lists(st.integers(0, 2000), max_size=12))
	def test_every_open_call_that_started_earlier_lies_in_one_window(self, minutes):
		starts = [NOON - timedelta(minutes=m) for m in minutes]
		before = NOON - timedelta(minutes=15)
		windows = records.around(starts, before)
		for start in starts:
			within = [
				w for w in windows if w.since <= start - records.MARGIN and start + records.MARGIN <= w.till
			]
			assert len(within) == 1 or start >= before
		assert all(one.till < other.since for one, other in itertools.pairwise(windows))
		assert len(windows) <= len(starts)

	@pytest.mark.parametrize(
		("mark", "has_open", "due"),
		[
			(None, False, True),
			(NOON, True, True),
			(NOON - timedelta(minutes=5), False, False),
			(NOON - timedelta(minutes=30), False, True),
		],
	)
	def test_an_account_is_asked_while_calls_are_open_and_seldom_otherwise(self, mark, has_open, due):
		assert records.is_due(mark, NOON, has_open) is due


class TestExchange:
	def test_a_page_longer_than_a_dials_answer_comes_whole(self, serve_raw):
		rows = {str(n): {"callUuid": f"u-{n}", "callDirection": 2, "notes": "x" * 500} for n in range(500)}
		body = json.dumps({"data": rows}).encode()
		assert len(body) > 3 * MAX_RESPONSE
		server = serve_raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
		here = {"base_url": server.url, "allow_http": "1", "api_key": KEY, "container_id": "123456"}
		found = exchange.fetch_records(registry.build("primevox", here), HOUR, 1, transport.send)
		assert len(found.records) == 500 and found.has_more

	@BOTH
	def test_a_lost_answer_speaks_of_records_and_not_of_a_phone_that_may_ring(self, provider):
		def lost(request, connection):
			raise OutcomeUnknownError("The phone may still ring.", "timeout")

		with pytest.raises(UnavailableError) as caught:
			exchange.fetch_records(provider, HOUR, 1, lost)
		assert "ring" not in caught.value.message

	@BOTH
	def test_a_fault_of_ours_is_a_plain_error_without_the_frames_that_hold_the_key(self, provider):
		def broken(request, connection):
			raise KeyError(f"{STATS_KEY} {KEY}")

		with pytest.raises(RejectedError) as caught:
			exchange.fetch_records(provider, HOUR, 1, broken)
		assert "KeyError" in caught.value.message and "key-0123456789" not in caught.value.message
		assert caught.value.__context__ is None and caught.value.__cause__ is None
