"""What an answer to a dial means, row by row, and that the best evidence wins in whatever order it comes."""

import json
from datetime import datetime, timedelta
from itertools import groupby, pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx import errors
from c2c_frappe.pbx.calls import status, totals
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire.http import HttpResponse

COMMPEAK = registry.build("commpeak", {"crm_id": "1", "client_id": "2"})
PRIMEVOX = registry.build("primevox", {"api_key": "key", "container_id": "123456"})
LATER = [("progress", status.RINGING), ("progress", status.IN_PROGRESS)] + [
	(source, ended) for source in ("attempt", "end", "record") for ended in sorted(status.FINAL)
]
EVIDENCE = st.one_of(
	st.sampled_from(sorted(status.DIAL_OUTCOMES)).map(status.dial_evidence),
	st.sampled_from(LATER).map(lambda news: status.event_evidence(*news)),
)


def meaning(provider, http_status, body=""):
	result = provider.read_dial_response(HttpResponse(http_status, body))
	return result.status, result.failure_code


class TestWhatADialsAnswerMeans:
	"""One test a row of the table."""

	def test_the_documented_yes_is_requested(self):
		assert meaning(COMMPEAK, 200, '{"success":true}') == ("Requested", "")

	def test_any_2xx_of_primevox_is_unconfirmed(self):
		for http_status in (200, 201, 204, 299):
			for body in ("", "OK", "Error", "<html>"):
				assert meaning(PRIMEVOX, http_status, body) == ("Unconfirmed", "")

	def test_the_documented_no_is_failed(self):
		unknown = '{"success":false,"message":"Extension does not exist."}'
		assert meaning(COMMPEAK, 200, unknown) == ("Failed", "unknown_extension")
		assert meaning(COMMPEAK, 200, '{"success":false,"message":"No."}') == ("Failed", "pbx_rejected")

	def test_no_connection_is_failed(self):
		code = errors.UnavailableError("").failure_code
		assert status.dial_evidence(code)[1:] == ("Failed", "not_sent")

	def test_404_of_commpeak_is_not_allowlisted(self):
		assert meaning(COMMPEAK, 404) == ("Failed", "not_allowlisted")
		assert meaning(PRIMEVOX, 404) == ("Failed", "pbx_rejected")

	@pytest.mark.parametrize("provider", [COMMPEAK, PRIMEVOX], ids=["commpeak", "primevox"])
	def test_401_and_403_are_bad_credentials(self, provider):
		assert {meaning(provider, 401), meaning(provider, 403)} == {("Failed", "bad_credentials")}

	@pytest.mark.parametrize("provider", [COMMPEAK, PRIMEVOX], ids=["commpeak", "primevox"])
	def test_every_other_3xx_and_4xx_is_rejected(self, provider):
		for http_status in set(range(300, 500)) - {401, 403, 404}:
			assert meaning(provider, http_status) == ("Failed", "pbx_rejected")

	def test_no_answer_within_the_deadline_is_unknown(self):
		code = errors.OutcomeUnknownError("", "timeout").failure_code
		assert status.dial_evidence(code)[1:] == ("Unknown", "timeout")

	def test_a_connection_lost_after_sending_is_unknown(self):
		assert status.dial_evidence(errors.OutcomeUnknownError("").failure_code)[1:] == (
			"Unknown",
			"bad_reply",
		)

	@pytest.mark.parametrize("provider", [COMMPEAK, PRIMEVOX], ids=["commpeak", "primevox"])
	def test_5xx_is_unknown(self, provider):
		for http_status in range(500, 600):
			assert meaning(provider, http_status) == ("Unknown", "bad_reply")

	def test_a_2xx_that_cannot_be_read_is_unknown(self):
		for body in ("", "<h1>Sign in</h1>", "{}", '{"success":"true"}'):
			assert meaning(COMMPEAK, 200, body) == ("Unknown", "bad_reply")

	def test_a_process_that_died_while_dialing_is_unknown(self):
		assert status.dial_evidence("interrupted")[1:] == ("Unknown", "interrupted")

	def test_what_is_decided_before_anything_is_sent_is_failed_with_its_code(self):
		for code in status.REFUSALS:
			assert status.refusal_evidence(code)[1:] == ("Failed", code)
		with pytest.raises(ValueError, match="unheard_of"):
			status.refusal_evidence("unheard_of")

	def test_every_error_of_the_core_has_its_evidence(self):
		# A refusal brings its own code, one of those above; what a file of call records has wrong is no dial.
		kinds = {kind for kind in errors.PbxError.__subclasses__() if kind.__module__ == errors.__name__}
		for kind in kinds - {errors.RefusedError}:
			assert status.dial_evidence(kind("").failure_code).status in (status.FAILED, status.UNKNOWN)

	def test_the_refusals_are_those_the_log_may_store(self):
		assert set(status.REFUSALS) == {
			"no_extension", "no_number", "disabled", "invalid_number", "number_not_allowed", "do_not_call",
			"outside_hours", "rate_limited", "pbx_busy", "circuit_open", "misconfigured", "extension_offline", "not_claimed",
			"no_consent",
		}  # fmt: skip


class TestBestEvidence:
	@given(st.lists(EVIDENCE, min_size=1, max_size=8), st.data())
	def test_order_and_repetition_change_nothing(self, evidence, data):
		again = data.draw(st.lists(st.sampled_from(evidence), max_size=6))
		shuffled = data.draw(st.permutations(evidence + again))
		assert status.best(shuffled) == status.best(evidence)

	@given(st.lists(EVIDENCE, min_size=1, max_size=8), st.data())
	def test_taken_one_by_one_as_the_log_takes_them_they_give_the_same_status(self, evidence, data):
		held = status.dial_evidence("none_yet")
		for piece in data.draw(st.permutations(evidence)):
			held = piece if piece.rank > held.rank else held
		assert held.status == status.best(evidence).status and held.rank == status.best(evidence).rank

	def test_one_rank_is_one_status(self):
		every = [*status.DIAL_OUTCOMES.values(), *(status.event_evidence(*news) for news in LATER)]
		every += [
			status.event_evidence("progress", status.RINGING, ringing=phone)
			for phone in ("Agent", "Customer")
		]
		for _rank, pieces in groupby(sorted(every), key=lambda piece: piece.rank):
			assert len({piece.status for piece in pieces}) == 1

	@given(st.lists(EVIDENCE, max_size=6), st.sampled_from(LATER))
	def test_news_of_the_call_outranks_whatever_the_dial_was_called(self, evidence, news):
		dial_only = [piece for piece in evidence if piece.rank < 20]
		assert status.best([*dial_only, status.event_evidence(*news)]).status == news[1]

	def test_a_record_outranks_an_end_an_end_progress_and_progress_the_reply(self):
		tiers = [[piece.rank for piece in status.DIAL_OUTCOMES.values()]] + [
			[status.event_evidence(source, state).rank for source, state in LATER if source == tier]
			for tier in ("progress", "attempt", "end", "record")
		]
		for weaker, stronger in pairwise(tiers):
			assert max(weaker) < min(stronger)

	def test_an_answered_call_is_never_called_unanswered_by_the_same_source(self):
		for source in ("end", "record"):
			for order in permutations([status.NO_ANSWER, status.COMPLETED, status.FAILED]):
				assert status.best(status.event_evidence(source, s) for s in order).status == status.COMPLETED

	def test_nothing_known_is_dialing(self):
		assert (
			status.best([]) == status.dial_evidence("none_yet")
			and status.dial_evidence("none_yet").status == "Dialing"
		)

	def test_a_failed_dial_keeps_the_code_of_its_end(self):
		assert status.event_evidence("end", "Failed", "agent_unreachable").failure_code == "agent_unreachable"

	@pytest.mark.parametrize(
		"news",
		[
			("progress", "Completed"),
			("attempt", "Ringing"),
			("end", "Ringing"),
			("rumour", "Busy"),
			("record", "Dialing"),
		],
	)
	def test_a_source_cannot_say_what_it_cannot_know(self, news):
		with pytest.raises(KeyError):
			status.event_evidence(*news)


class TestFinal:
	def test_the_last_five_are_final_and_the_rest_is_open(self):
		assert status.ALL[-5:] == ("Completed", "No Answer", "Busy", "Canceled", "Failed")
		assert {s for s in status.ALL if status.is_final(s)} == set(status.ALL[-5:]) == status.FINAL
		assert status.OPEN == set(status.ALL[:6])
		assert len(status.ALL) == len(set(status.ALL)) == 11

	def test_a_call_is_over_by_its_status_or_by_the_time_of_its_end(self):
		for state in status.ALL:
			assert status.is_over(state, None) is status.is_final(state)
			assert status.is_over(state, datetime(2026, 1, 1))

	def test_a_dialing_row_past_its_deadline_was_interrupted(self):
		now = datetime(2026, 1, 1, 12)
		late, early = now - timedelta(seconds=1), now + timedelta(seconds=1)
		assert status.overdue_evidence(now, "Dialing", late) == status.dial_evidence("interrupted")
		assert status.overdue_evidence(now, "Dialing", early) is None
		assert status.overdue_evidence(now, "Dialing", now) is None
		assert status.overdue_evidence(now, "Dialing", None) is None

	@pytest.mark.parametrize("state", sorted(set(status.ALL) - {"Dialing"}))
	def test_a_row_with_an_answer_is_not_overdue(self, state):
		assert status.overdue_evidence(datetime(2026, 1, 1), state, datetime(2025, 1, 1)) is None


def test_a_call_that_began_at_the_pbx_outranks_a_dials_reply_and_yields_to_all_news():
	assert all(evidence < status.PBX_ORIGINATED for evidence in status.DIAL_OUTCOMES.values())
	for source, call_status in (
		("progress", status.RINGING),
		("end", status.FAILED),
		("record", status.BUSY),
	):
		assert status.PBX_ORIGINATED < status.event_evidence(source, call_status)


def test_whose_phone_rings_stands_between_the_dials_reply_and_the_answer():
	"""The customer's phone rings when the agent's has been picked up; who does not tell weighs in between."""
	agent, nobody, customer = (
		status.event_evidence("progress", status.RINGING, ringing=phone)
		for phone in ("Agent", "", "Customer")
	)
	answer = status.event_evidence("progress", status.IN_PROGRESS)
	assert status.PBX_ORIGINATED < agent < nobody < customer < answer
	assert [status.ringing_phone(each.status, each.rank) for each in (agent, nobody, customer, answer)] == [
		"Agent",
		"",
		"Customer",
		"",
	]


@pytest.mark.parametrize(
	("name", "more"), [("pbx_failed_today", {totals.AGENT_UNREACHABLE}), ("pbx_calls_today", set())]
)
def test_cards_of_today_count_no_refusal(name, more):
	"""As in Call Activity: nothing refused before it was sent; as failed not either what its own agent did not pick up."""
	place = f"c2c_frappe/click_to_call/number_card/{name}/{name}.json"
	card = json.loads((Path(__file__).resolve().parent.parent / place).read_text())
	[left_out] = [
		row[3] for row in json.loads(card["filters_json"]) if row[1:3] == ["failure_code", "not in"]
	]
	assert set(left_out) == {*status.REFUSALS, *more}
