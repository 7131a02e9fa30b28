"""The simulated PBX tells of its calls: what, when, how often and where to; and lists them late, masked or moving."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.calls.records import Window
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.simulator import outbox
from c2c_frappe.pbx.simulator.webhooks import Webhook
from c2c_frappe.pbx.wire import payload

NUMBER = "+447700900123"
CONTAINER = {"containerId": "123456"}
COMMPEAK = registry.build("commpeak", {"crm_id": "1", "client_id": "2345678"})
PRIMEVOX = registry.build("primevox", {"api_key": "key-0123456789", "container_id": "123456"})


class Crm:
	"""Takes webhooks as the app's endpoint does and keeps what they told; answers with `status`."""

	def __init__(self):
		self.told, self.status, self._changed = [], 200, threading.Condition()
		crm = self

		class Handler(BaseHTTPRequestHandler):
			def do_POST(self):
				length = int(self.headers.get("Content-Length") or 0)
				query = dict(parse_qsl(urlsplit(self.path).query))
				with crm._changed:
					crm.told.append(
						payload.read(query, self.headers.get("Content-Type") or "", self.rfile.read(length))
					)
					crm._changed.notify_all()
				self.send_response(crm.status)
				self.end_headers()

			do_GET = do_POST

			def log_message(self, *args):
				pass

		self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://crm.localhost:{self._server.server_port}/receive?account=A&token=secret"
		threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

	def wait(self, count: int) -> list[dict]:
		with self._changed:
			assert self._changed.wait_for(lambda: len(self.told) >= count, 10), self.told
			return list(self.told)

	def close(self):
		self._server.shutdown()
		self._server.server_close()


@pytest.fixture
def crm():
	receiver = Crm()
	yield receiver
	receiver.close()


def commpeak(pbx):
	values = {"base_url": pbx.url, "stats_url": pbx.url, "stats_api_key": "any", "allow_http": "1"}
	return registry.build("commpeak", {**values, "crm_id": "1", "client_id": "2345678"})


def primevox(pbx):
	values = {"base_url": pbx.url, "api_key": "any", "container_id": "123456", "allow_http": "1"}
	return registry.build("primevox", values)


def records(provider, page=1):
	now = datetime.now(timezone.utc).replace(tzinfo=None)
	window = Window(now - timedelta(minutes=1), now + timedelta(minutes=1))
	return exchange.fetch_records(provider, window, page).records


def listed(provider):
	return [record.event for record in records(provider)]


def place(pbx, **data):
	assert exchange.place(commpeak(pbx), DialRequest("1000", NUMBER, data)).answer == "accepted"
	return pbx.calls[-1].id


def told_of_a_whole_call(pbx, crm, count=3):
	call = place(pbx, call="abc123")
	pbx.answer(call)
	pbx.answer(call)
	pbx.hang_up(call)
	return crm.wait(count)


def kinds(told):
	return [each["event"] for each in told]


@pytest.mark.parametrize("way", outbox.WAYS)
def test_a_call_is_told_of_from_ring_to_end_in_every_way_a_pbx_sends(pbx, crm, way):
	pbx.send_webhooks("commpeak", crm.url, way=way)
	told = told_of_a_whole_call(pbx, crm)
	read = [COMMPEAK.parse_event(each) for each in told]
	assert [event.status for event in read] == [status.RINGING, status.IN_PROGRESS, status.COMPLETED]
	assert {(event.call, event.number, event.extension) for event in read} == {("abc123", NUMBER, "1000")}
	assert read[2].ended_at and read[1].answered_at and read[0].started_at
	assert [delivery.status for delivery in pbx.deliveries[:2]] == [200, 200]


def test_each_event_comes_when_it_happens(pbx, crm):
	pbx.send_webhooks("commpeak", crm.url)
	call = place(pbx)
	assert kinds(crm.wait(1)) == ["start"]
	pbx.answer(call)
	pbx.answer(call)
	assert kinds(crm.wait(2)) == ["start", "answer"]
	pbx.hang_up(call)
	assert kinds(crm.wait(3)) == ["start", "answer", "end"]


def test_events_come_late_repeated_reordered_or_never_when_told_to(pbx, crm):
	pbx.send_webhooks("commpeak", crm.url, times=2, reordered=True, lost=["answer"])
	assert kinds(told_of_a_whole_call(pbx, crm, 4)) == ["end", "end", "start", "start"]
	crm.told.clear()
	pbx.send_webhooks("commpeak", crm.url, delay=0.4, masked=True)
	began = time.monotonic()
	told = told_of_a_whole_call(pbx, crm)
	assert time.monotonic() - began >= 0.4
	assert kinds(told) == ["start", "answer", "end"]
	assert COMMPEAK.parse_event(told[0]).number == ""


def test_calls_from_before_are_not_told_of(pbx, crm):
	before = place(pbx)
	pbx.send_webhooks("commpeak", crm.url)
	place(pbx)
	pbx.hang_up(before)
	told = crm.wait(2)
	assert sorted(kinds(told)) == ["end", "start"]
	assert len({each["uniqueid"] for each in told}) == 2


def test_a_crm_that_says_no_is_told_again_three_times(pbx, crm, monkeypatch):
	monkeypatch.setattr("c2c_frappe.pbx.simulator.webhooks.PAUSE", 0.01)
	crm.status = 500
	pbx.send_webhooks("commpeak", crm.url)
	place(pbx)
	assert kinds(crm.wait(4)) == ["start"] * 4
	while not pbx.deliveries:
		time.sleep(0.01)
	assert (len(crm.told), pbx.deliveries[0].status) == (4, 500)


def test_primevox_tells_of_calls_that_come_in_alone(pbx, crm):
	pbx.send_webhooks("primevox", crm.url, also=CONTAINER)
	exchange.place(primevox(pbx), DialRequest("1000", NUMBER))
	call = pbx.begin("1001", "12025550147", "in", provider="primevox")
	pbx.hang_up(call.id)
	inbound, hangup = (PRIMEVOX.parse_event(told) for told in crm.wait(2))
	assert (inbound.status, inbound.number, inbound.extension) == (status.RINGING, "+12025550147", "")
	assert (hangup.source, hangup.extension, hangup.pbx_call_id) == ("end", "1001", call.unique_id)


@pytest.mark.parametrize(
	"url",
	[
		"http://203.0.113.9/x",
		"http://crm.example.com/x",
		"https://localhost/x",
		"ftp://localhost/x",
		"localhost",
	],
)
def test_webhooks_leave_this_machine_for_no_address(pbx, url):
	with pytest.raises(ValueError, match="on this machine only"):
		pbx.send_webhooks("commpeak", url)
	assert pbx.ask_json("/_sim/webhooks", "POST", {"provider": "commpeak", "url": url})[0] == 400


@pytest.mark.parametrize("wrong", [{"provider": "x"}, {"way": "fax"}, {"delay": -1}, {"times": 0}])
def test_webhooks_that_make_no_sense_are_refused(wrong):
	with pytest.raises(ValueError):
		Webhook(**{"provider": "commpeak", "url": "http://localhost/", **wrong})


def test_the_control_api_sets_webhooks_and_shows_what_was_sent(pbx, crm):
	asked = {"provider": "commpeak", "url": crm.url, "lost": ["start"]}
	code, answer = pbx.ask_json("/_sim/webhooks", "POST", asked)
	assert (code, answer["webhook"]["lost"]) == (200, ["start"])
	code, answer = pbx.ask_json(
		"/_sim/calls", "POST", {"extension": "1000", "number": "447700900123", "direction": "in"}
	)
	call = answer["call"]["id"]
	assert pbx.ask_json(f"/_sim/calls/{call}/hangup", "POST", {"by": "customer"})[0] == 200
	assert kinds(crm.wait(1)) == ["end"]
	code, shown = pbx.ask_json("/_sim/webhooks")
	assert len(shown["webhooks"]) == 1 and json.dumps(shown)
	assert pbx.ask_json("/_sim/webhooks", "POST", {"provider": "commpeak", "url": ""})[0] == 200
	assert pbx.ask_json("/_sim/webhooks")[1]["webhooks"] == []
	for path, wrong in (("webhooks", {"url": crm.url}), ("calls", {"number": "1"}), ("records", {"x": 1})):
		assert pbx.ask_json(f"/_sim/{path}", "POST", wrong)[0] == 400


@pytest.mark.parametrize(
	("answers", "how", "expected"),
	[
		(0, {"cause": "rejected"}, status.CANCELED),
		(1, {"cause": "busy"}, status.BUSY),
		(1, {"by": "agent"}, status.NO_ANSWER),
		(2, {"by": "agent"}, status.COMPLETED),
		(2, {"by": "customer"}, status.COMPLETED),
	],
)
def test_a_call_ends_in_every_way(pbx, answers, how, expected):
	call = place(pbx)
	for _leg in range(answers):
		pbx.answer(call)
	ended = pbx.hang_up(call, **how)
	assert [event.status for event in listed(commpeak(pbx))] == [expected]
	assert ended.ended_by == how.get("by", "agent" if answers == 0 else "customer")


def test_a_call_that_comes_in_is_picked_up_once_and_may_be_rejected(pbx):
	answered = pbx.begin("1000", "12025550147", "in")
	assert pbx.answer(answered.id, "agent").state == "talking"
	rejected = pbx.begin("1000", "12025550147", "in")
	pbx.hang_up(rejected.id, cause="rejected")
	assert [event.status for event in listed(commpeak(pbx))][1:] == [status.BUSY]


def test_records_appear_late_and_masked_when_told_to(pbx):
	place(pbx)
	pbx.list_calls(after=0.3, masked=True)
	assert listed(commpeak(pbx)) == []
	time.sleep(0.35)
	assert [event.number for event in listed(commpeak(pbx))] == [""]
	pbx.reset()
	place(pbx)
	assert [event.number for event in listed(commpeak(pbx))] == [NUMBER]


def test_pages_move_while_they_are_read_when_told_to(pbx):
	for _call in range(600):
		pbx.hang_up(pbx.begin("1000", "12025550147", provider="primevox").id)
	pbx.list_calls(changing=True)
	provider = primevox(pbx)
	first, second = (records(provider, page) for page in (1, 2))
	repeated = {r.record_id for r in first} & {r.record_id for r in second}
	assert (len(first), len(second), len(repeated)) == (500, 101, 1)
