"""Placing one call: it never raises, never sends twice, and says nothing was sent only when nothing was."""

import traceback

import pytest

from c2c_frappe.pbx import exchange, registry, status
from c2c_frappe.pbx.base import DialRequest, DialResult, HttpAnswer
from c2c_frappe.pbx.commpeak import CommPeak
from c2c_frappe.pbx.errors import (
	ConfigurationError,
	InvalidNumberError,
	OutcomeUnknownError,
	RejectedError,
	UnavailableError,
)
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.text import Text

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

	def read_dial_answer(self, answer):
		raise ZeroDivisionError(self.values["client_id"])

	read_probe_answer = read_dial_answer


class FaultyReader(CommPeak):
	read_dial_answer = Faulty.read_dial_answer


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
	result = exchange.place(provider, DIAL, lambda request, connection: HttpAnswer(200, ""))
	assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
	assert "ZeroDivisionError" in result.message and KEY not in result.message


class TestProbe:
	def test_it_rings_no_phone(self):
		with Simulator() as pbx:
			finding = exchange.probe(account(pbx.url))
			assert finding.ok is None and len(pbx.requests) == 1 and not pbx.calls

	def test_a_pbx_that_is_not_there_is_found_so(self):
		finding = exchange.probe(account("http://127.0.0.1:1"))
		assert finding.ok is False and "refused the connection" in finding.message and finding.unchecked

	def test_a_fault_of_a_providers_author_is_told_and_nothing_travels_up(self):
		finding = exchange.probe(Faulty({"crm_id": "1", "client_id": KEY}), lambda *_: HttpAnswer(200, ""))
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
		status.of_dial("accepted"),
	)
