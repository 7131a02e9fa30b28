"""The simulated PBX lists its calls as CommPeak's and Primevox's APIs do: asked by the providers themselves."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.calls.records import Window
from c2c_frappe.pbx.errors import RejectedError, UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

STATS_KEY, KEY = "stats-key-0123456789", "primevox-key-0123456789"
NUMBER = "+447700900123"


@pytest.fixture
def pbx(simulator):
	with simulator(api_key=KEY, stats_api_key=STATS_KEY) as started:
		yield started


def commpeak(pbx, key=STATS_KEY):
	values = {"base_url": pbx.url, "stats_url": pbx.url, "stats_api_key": key, "allow_http": "1"}
	return registry.build("commpeak", {**values, "crm_id": "1", "client_id": "2345678"})


def primevox(pbx, key=KEY):
	return registry.build(
		"primevox", {"base_url": pbx.url, "api_key": key, "container_id": "123456", "allow_http": "1"}
	)


def window(since=-60, till=60):
	now = datetime.now(timezone.utc).replace(tzinfo=None)
	return Window(now + timedelta(seconds=since), now + timedelta(seconds=till))


def events(provider, asked=None, page=1):
	return [record.event for record in exchange.fetch_records(provider, asked or window(), page).records]


def test_a_clicked_calls_record_carries_our_key_and_follows_the_call(pbx):
	provider = commpeak(pbx)
	result = exchange.place(provider, DialRequest("1000", NUMBER, {"call": "abc123"}))
	[ringing] = events(provider)
	assert (ringing.call, ringing.pbx_call_id) == ("abc123", result.pbx_call_id)
	assert (ringing.status, ringing.ended_at) == (status.RINGING, None)
	pbx.answer(1)
	pbx.answer(1)
	pbx.hang_up(1)
	[ended] = events(provider)
	assert (ended.source, ended.status, ended.number) == ("record", status.COMPLETED, NUMBER)
	assert ended.ended_at and ended.duration == 0


@pytest.mark.parametrize(("answers", "expected"), [(0, status.CANCELED), (1, status.NO_ANSWER)])
def test_a_call_nobody_answered_says_so(pbx, answers, expected):
	exchange.place(commpeak(pbx), DialRequest("1000", NUMBER))
	for _leg in range(answers):
		pbx.answer(1)
	pbx.hang_up(1)
	assert [event.status for event in events(commpeak(pbx))] == [expected]


@pytest.mark.parametrize(("provider", "slug"), [(commpeak, "commpeak"), (primevox, "primevox")])
def test_calls_from_the_phone_itself_and_incoming_ones_are_listed_too(pbx, provider, slug):
	pbx.begin("1001", "12025550147", provider=slug)
	pbx.begin("1001", "12025550199", "in", provider=slug)
	for call in pbx.calls:
		pbx.answer(call.id)
		pbx.hang_up(call.id)
	found = {(event.direction, event.number, event.status) for event in events(provider(pbx))}
	assert found == {
		("Outgoing", "+12025550147", status.COMPLETED),
		("Incoming", "+12025550199", status.COMPLETED),
	}


def test_primevox_lists_a_click_by_extension_and_number_once_it_has_ended(pbx):
	exchange.place(primevox(pbx), DialRequest("1000", "+12025550147", {"call": "abc123"}))
	assert events(primevox(pbx)) == []
	pbx.hang_up(1)
	[event] = events(primevox(pbx))
	assert (event.call, event.extension, event.number) == ("", "1000", "+12025550147")


def test_pages_together_hold_every_call_once(pbx):
	for _call in range(230):
		pbx.begin("1000", "447700900123")
	provider = commpeak(pbx)
	pages = [exchange.fetch_records(provider, window(), page) for page in (1, 2, 3, 4)]
	assert [len(page.records) for page in pages] == [100, 100, 30, 0]
	assert [page.has_more for page in pages] == [True, True, True, False]
	assert len({record.record_id for page in pages for record in page.records}) == 230


def test_calls_outside_the_window_are_left_out(pbx):
	pbx.begin("1000", "447700900123", at=time.time() - 3600)
	assert events(commpeak(pbx)) == []
	assert len(events(commpeak(pbx), window(-4000, -3000))) == 1


@pytest.mark.parametrize("provider", [commpeak, primevox])
def test_a_wrong_key_gets_no_records(pbx, provider):
	with pytest.raises(RejectedError):
		exchange.fetch_records(provider(pbx, "wrong-key-0123456789"), window(), 1)


@pytest.mark.parametrize("provider", [commpeak, primevox])
@pytest.mark.parametrize("kind", ["5xx", "html", "cut", "drop", "hang"])
def test_a_sick_pbx_is_a_plain_error(pbx, provider, kind):
	pbx.behave(kind, seconds=0.5)
	asked = provider(pbx)

	def send_impatiently(request, connection):
		return transport.send(request, replace(connection, read_timeout=0.3))

	with pytest.raises(UnavailableError) as caught:
		exchange.fetch_records(asked, window(), 1, send_impatiently)
	assert "ring" not in caught.value.message and "key-0123456789" not in caught.value.message


@pytest.mark.parametrize(
	("headers", "words"),
	[
		({"Authorization": STATS_KEY}, "No valid API key was given."),
		({"X-API-KEY": "wrong"}, "No user found for given API key."),
		({"X-API-KEY": STATS_KEY}, "cdrs"),
	],
)
def test_pbx_stats_looks_the_key_up_in_x_api_key_alone(pbx, headers, words):
	"""As a public client measured it on a live one."""
	form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
	asked = HttpRequest("POST", f"{pbx.url}/api/cdrs", form, b"page=1")
	assert words in transport.send(asked, Connection()).text
