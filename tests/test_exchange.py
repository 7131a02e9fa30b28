"""Placing one call: it never raises, never sends twice, and says nothing was sent only when nothing was."""

import time
import traceback

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.errors import (
	ConfigurationError,
	InvalidNumberError,
	OutcomeUnknownError,
	RejectedError,
	UnavailableError,
)
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.commpeak.provider import CommPeak
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.text import Text
from c2c_frappe.pbx.wire.http import HttpRequest, HttpResponse

DIAL = DialRequest("1000", "+447700900123", {"leadid": "CRM-LEAD-2026-00001"})
KEY = "client-secret-7"


def account(url, **values):
	return registry.build(
		"commpeak", {"base_url": url, "allow_http": 1, "crm_id": "1", "client_id": KEY, **values}
	)


class Faulty(CommPeak):
	"""A provider whose author made a mistake."""

	def dial_request(self, dial):
		raise ZeroDivisionError(self.values["client_id"])

	def read_dial_response(self, answer):
		raise ZeroDivisionError(self.values["client_id"])

	read_probe_response = read_dial_response


class FaultyReader(CommPeak):
	read_dial_response = Faulty.read_dial_response


def test_one_request_places_one_call_with_its_custom_data():
	with Simulator() as pbx:
		result = exchange.place(account(pbx.url), DIAL)
		[call] = pbx.calls
	assert result.status == status.REQUESTED and result.pbx_call_id == call.unique_id
	assert call.custom_data == {"leadid": "CRM-LEAD-2026-00001"} and len(pbx.requests) == 1


@pytest.mark.parametrize(
	"kind", ["hang", "drip", "drip_body", "drop", "cut", "html", "huge", "5xx", "redirect", "404", "refuse"]
)
def test_whatever_a_pbx_does_it_gets_one_request_and_a_status_comes_of_it(kind):
	with Simulator() as pbx:
		pbx.behave(kind)
		result = exchange.place(account(pbx.url, connect_timeout=1, read_timeout=1), DIAL)
		assert len(pbx.requests) == 1
	expected = {"redirect": "pbx_rejected", "404": "not_allowlisted", "refuse": "pbx_rejected"}
	late = dict.fromkeys(("hang", "drip", "drip_body"), "timeout")
	assert result.failure_code == {**expected, **late}.get(kind, "bad_reply")
	assert result.status == (status.FAILED if kind in expected else status.UNKNOWN)
	assert KEY not in result.message


@pytest.mark.parametrize(
	("error", "state", "code"),
	[
		(ConfigurationError("s", "ca_file"), status.FAILED, "misconfigured"),
		(InvalidNumberError("s"), status.FAILED, "invalid_number"),
		(RejectedError("s"), status.FAILED, "pbx_rejected"),
		(UnavailableError("s"), status.FAILED, "not_sent"),
		(OutcomeUnknownError("s"), status.UNKNOWN, "bad_reply"),
		(OutcomeUnknownError("s", "timeout"), status.UNKNOWN, "timeout"),
	],
)
def test_each_error_has_its_status_and_keeps_its_sentence(error, state, code):
	def send(_request, _connection):
		raise error

	result = exchange.place(account("http://pbx.invalid"), DIAL, send)
	assert (result.status, result.failure_code, result.message) == (state, code, "s")


@pytest.mark.parametrize(
	("dial", "code"),
	[
		(DialRequest("", DIAL.number), "misconfigured"),
		(DialRequest("1000", "07700 900123"), "invalid_number"),
		(DialRequest("1000", DIAL.number, {"k": "\udcff"}), "not_sent"),
	],
)
def test_a_dial_that_cannot_be_built_failed_and_nothing_was_sent(dial, code):
	with Simulator() as pbx:
		result = exchange.place(account(pbx.url), dial)
		assert not pbx.requests
	assert (result.status, result.failure_code) == (status.FAILED, code)
	assert "may still ring" not in result.message


def test_a_fault_of_a_providers_author_before_sending_is_told_as_unsent():
	result = exchange.place(Faulty({"crm_id": "1", "client_id": KEY}), DIAL)
	assert (result.status, result.failure_code) == (status.FAILED, "not_sent")
	assert "ZeroDivisionError" in result.message and KEY not in result.message


def test_a_fault_of_a_providers_author_after_sending_is_told_as_unknown():
	provider = FaultyReader({"crm_id": "1", "client_id": KEY})
	result = exchange.place(provider, DIAL, lambda request, connection: HttpResponse(200, ""))
	assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
	assert "ZeroDivisionError" in result.message and KEY not in result.message


class Asking(CommPeak):
	"""A provider that asks before it dials, and again afterwards."""

	is_question_asked_after = False
	dials = 1

	def question(self):
		return HttpRequest("GET", f"{self.values['base_url']}/", is_question=True)

	def dial_steps(self, dial):
		asked = yield self.question()
		if asked.status != 200:
			raise RejectedError("No.")
		for _time in range(self.dials):
			answer = yield self.dial_request(dial)
		if self.is_question_asked_after:
			yield self.question()
		return self.read_dial_response(answer)


class AskingAfter(Asking):
	is_question_asked_after = True


class DialingTwice(Asking):
	dials = 2


class Bold(Asking):
	"""A provider that dials whatever became of its question."""

	def dial_steps(self, dial):
		try:
			yield self.question()
		except UnavailableError:
			pass
		answer = yield self.dial_request(dial)
		return self.read_dial_response(answer)


class TestConversation:
	"""A provider may ask questions beside the one dial."""

	def place(self, kind, answers, seconds=10):
		"""Return (result, requests): each request gets the next answer, an exception is raised."""
		sent, values = [], {"base_url": "https://pbx.invalid", "crm_id": "1", "client_id": KEY}

		def send(request, connection):
			sent.append((request, connection))
			answer = answers[len(sent) - 1]
			if isinstance(answer, Exception):
				raise answer
			return answer

		timeouts = {"connect_timeout": 1, "read_timeout": seconds - 1}
		return exchange.place(kind({**values, **timeouts}), DIAL, send), sent

	def test_questions_and_one_dial_leave_in_turn(self):
		yes = HttpResponse(200, '{"success": true}')
		result, sent = self.place(AskingAfter, [HttpResponse(200), yes, HttpResponse(200)])
		assert result.answer == "accepted"
		assert [request.is_question for request, _connection in sent] == [True, False, True]

	def test_a_refusal_to_a_question_ends_it_before_the_dial(self):
		result, sent = self.place(Asking, [HttpResponse(404)])
		assert (result.failure_code, result.message, len(sent)) == ("pbx_rejected", "No.", 1)

	@pytest.mark.parametrize("code", ["timeout", "bad_reply"])
	def test_a_question_without_an_answer_is_no_dial(self, code):
		result, sent = self.place(Asking, [OutcomeUnknownError("It may ring.", code)])
		assert (result.status, result.failure_code, len(sent)) == (status.FAILED, "not_sent", 1)
		assert "Nothing was dialed" in result.message

	@pytest.mark.parametrize("error", [UnavailableError("Gone."), OutcomeUnknownError("Late.", "timeout")])
	def test_a_question_after_the_dial_cannot_undo_it(self, error):
		result, _sent = self.place(AskingAfter, [HttpResponse(200), HttpResponse(200), error])
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert result.message == f"{error.message} The phone may still ring."

	def test_a_provider_may_go_on_without_an_answer(self):
		result, sent = self.place(Bold, [UnavailableError("Gone."), HttpResponse(200, '{"success": true}')])
		assert (result.answer, len(sent)) == ("accepted", 2)

	def test_a_dial_that_was_not_sent_is_so_even_after_a_question(self):
		result, _sent = self.place(
			Asking, [HttpResponse(200), UnavailableError("Refused. Nothing was sent.")]
		)
		assert (result.status, result.failure_code) == (status.FAILED, "not_sent")

	def test_a_second_dial_never_leaves(self):
		result, sent = self.place(DialingTwice, [HttpResponse(200), HttpResponse(200), HttpResponse(200)])
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert [request.is_question for request, _connection in sent] == [True, False]

	def test_all_of_them_share_one_deadline(self):
		def late(request, connection):
			seen.append(connection.deadline)
			if request.is_question:
				time.sleep(1)
			return HttpResponse(200, '{"success": true}')

		seen = []
		values = {"crm_id": "1", "client_id": KEY, "connect_timeout": 1, "read_timeout": 1}
		assert exchange.place(Asking(values), DIAL, late).answer == "accepted"
		assert seen[0] == pytest.approx(2, abs=0.1) and seen[1] == pytest.approx(1, abs=0.3)

	def test_a_dial_that_would_come_too_late_is_not_sent(self):
		def late(request, connection):
			sent.append(request)
			time.sleep(1.7)
			return HttpResponse(200)

		sent = []
		values = {"crm_id": "1", "client_id": KEY, "connect_timeout": 1, "read_timeout": 1}
		result = exchange.place(Asking(values), DIAL, late)
		assert (result.failure_code, len(sent)) == ("not_sent", 1)


class TestProbe:
	def test_it_rings_no_phone(self):
		with Simulator() as pbx:
			finding = exchange.probe(account(pbx.url))
			assert finding.ok is True and len(pbx.requests) == 1 and not pbx.calls

	def test_what_is_no_question_is_not_sent_by_a_provider_that_tries(self):
		class Careless(CommPeak):
			def connection_test(self):
				answer = yield self.dial_request(DIAL)
				return self.read_probe_response(answer)

		with Simulator() as pbx:
			finding = exchange.probe(Careless(account(pbx.url).values))
			assert finding.ok is None and not pbx.requests

	def test_a_pbx_that_is_not_there_is_found_so(self):
		finding = exchange.probe(account("http://127.0.0.1:1"))
		assert finding.ok is False and "refused the connection" in finding.message and finding.unchecked
		assert finding.setting == "base_url"

	def test_a_fault_of_a_providers_author_is_told_and_nothing_travels_up(self):
		finding = exchange.probe(Faulty({"crm_id": "1", "client_id": KEY}), lambda *_: HttpResponse(200, ""))
		assert finding.ok is None and "ZeroDivisionError" in finding.message and KEY not in finding.message


def test_what_a_frame_shows_of_a_provider_and_its_request_holds_no_secret():
	provider = account("http://pbx.invalid")
	request, connection = provider.dial_request(DIAL), provider.connection
	try:
		raise ValueError(request.method, connection.deadline)
	except ValueError as error:
		frames = traceback.TracebackException.from_exception(error, capture_locals=True)
	shown = "".join(frames.format())
	assert "request =" in shown and "connection =" in shown and KEY not in shown


def test_a_sentence_is_translated_with_the_sentences_in_it():
	german = {"{0} is missing.": "{0} fehlt.", "Client ID": "Kundennummer"}
	text = Text("{0} is missing.", Text("Client ID"))
	assert text == "Client ID is missing."
	assert text.translated(lambda template: german.get(template, template)) == "Kundennummer fehlt."
	assert Text("100 % {sure}").translated(str) == "100 % {sure}"


def test_a_result_knows_what_it_is_worth():
	result = DialResult("accepted", "Yes.", "1.2")
	assert (result.status, result.failure_code, result.evidence) == (
		status.REQUESTED,
		"",
		status.dial_evidence("accepted"),
	)


def test_a_call_is_foretold_without_sending_it_and_a_pasted_answer_read():
	with Simulator() as pbx:
		[told] = exchange.preview(account(pbx.url), DIAL)
		result = exchange.read_response(
			account(pbx.url), HttpResponse(200, '{"success":true,"unique_id":"1.2"}')
		)
		assert pbx.requests == ()
	assert told["url"].endswith("/call/1/***/1000/447700900123?leadid=CRM-LEAD-2026-00001")
	assert (told["method"], told["is_question"], told["body"]) == ("GET", False, "")
	assert (result.status, result.pbx_call_id) == (status.REQUESTED, "1.2")


def test_a_fault_while_foretelling_tells_no_secret():
	faulty = Faulty({"crm_id": "1", "client_id": KEY})
	with pytest.raises(ConfigurationError) as caught:
		exchange.preview(faulty, DIAL)
	assert "ZeroDivisionError" in caught.value.message and KEY not in caught.value.message
	assert caught.value.__context__ is None
	assert KEY not in exchange.read_response(faulty, HttpResponse(200)).message
