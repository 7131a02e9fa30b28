"""A PBX that does not answer is left alone for a while, and tried again by itself."""

from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls import breaker, status
from c2c_frappe.pbx.calls.breaker import Outcome

NOW = datetime(2026, 11, 23, 14, 0)


def outcomes(*codes, newest=5, apart=11):
	"""Return the outcomes of dials, newest first, the newest some seconds ago."""
	return [Outcome(NOW - timedelta(seconds=newest + n * apart), code) for n, code in enumerate(codes)]


def test_three_dials_in_a_row_without_an_answer_pause_calls_for_a_minute_after_the_last():
	found = breaker.pause(outcomes("timeout", "interrupted", "timeout"), NOW)
	assert found.until == NOW + timedelta(seconds=55)
	assert found.since == NOW - timedelta(seconds=27)


@pytest.mark.parametrize(
	"codes",
	[
		(),
		("timeout", "timeout"),
		("", "timeout", "timeout", "timeout"),
		("timeout", "", "timeout", "timeout"),
		("timeout", "timeout", "", "timeout"),
	],
)
def test_an_answer_among_the_last_three_keeps_calls_going(codes):
	assert breaker.pause(outcomes(*codes), NOW) is None


@pytest.mark.parametrize(
	"code", sorted({e.failure_code for e in status.DIAL_OUTCOMES.values()} - breaker.SILENT)
)
def test_a_pbx_that_answers_whatever_it_says_is_not_paused(code):
	assert breaker.pause(outcomes(code, code, code), NOW) is None


def test_what_is_older_than_the_last_three_does_not_matter():
	assert breaker.pause(outcomes("timeout", "timeout", "timeout", ""), NOW)


def test_the_pause_ends_by_itself_and_one_more_silence_begins_the_next():
	silence = outcomes("timeout", "timeout", "timeout", newest=60)
	assert breaker.pause(silence, NOW) is None
	again = [Outcome(NOW, "timeout"), *silence]
	assert breaker.pause(again, NOW + timedelta(seconds=59)).until == NOW + timedelta(seconds=60)


def test_each_code_that_counts_as_silence_is_one_a_dial_can_have():
	assert breaker.SILENT <= {evidence.failure_code for evidence in status.DIAL_OUTCOMES.values()}
