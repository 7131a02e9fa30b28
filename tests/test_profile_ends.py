"""The last event a profile's PBX sends of a call: an end, whatever word it has for how the call went."""

from __future__ import annotations

import itertools
import json
from datetime import datetime

import pytest

from c2c_frappe.pbx.calls import events, facts, incoming, status
from c2c_frappe.pbx.calls.facts import CallState
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import profiles

NOON = datetime(2026, 11, 23, 12, 0)
BEGAN_AT_PBX = CallState(status.PBX_ORIGINATED, origin={})


def provider(slug):
	profile = profiles.get(slug)
	filled = profile.filled({name: "pbx.example" for name in profile.blanks})
	secrets = {f"secret_{n}": f"secret-{n}-0123456789" for n in (1, 2, 3)}
	return registry.build("generic_http", {**filled, **secrets, "default_country": "GB"})


def outcome(slug, *payloads):
	"""Return what these payloads come to, heard in every order: it is the same in each."""
	made = provider(slug)
	read = [events.dated(made.parse_event(payload), NOON) for payload in payloads]
	found = [facts.changes(BEGAN_AT_PBX, order) for order in itertools.permutations(read)]
	assert all(each == found[0] for each in found)
	return found[0]


def yeastar(**told):
	message = {
		"call_id": "1651057476.362",
		"call_from": "1005",
		"call_to": "447700900123",
		"type": "Outbound",
	}
	return {"type": 30012, "sn": "3631A2124XXX", "msg": json.dumps({**message, **told})}


def ozonetel(action, call_type="InBound"):
	known = {"eventType": "Call", "ucid": "90123456789", "agent_id": "hari", "caller_id": "919876543210"}
	moment = {"Calling": "14:30:00", "Answered": "14:30:10", "Disconnect": "14:31:10"}[action]
	return {**known, "call_type": call_type, "action": action, "event_time": f"2026-11-23 {moment}"}


class TestWordsNobodyListed:
	@pytest.mark.parametrize(
		("slug", "payload"),
		[
			("yeastar_p", yeastar(status="FAILED", talk_duration=0)),
			("yeastar_p", yeastar(talk_duration=0)),
			("telecmi", {"leg": "b", "type": "cdr", "request_id": "c0Sq3m", "status": "cancelled"}),
			("exotel", {"CallSid": "c5797d", "EventType": "terminal", "Status": "rejected"}),
			("exotel", {"CallSid": "c5797d", "EventType": "terminal", "Status": "in-progress"}),
		],
	)
	def test_an_event_that_is_only_sent_at_the_end_is_an_end(self, slug, payload):
		"""Yeastar's 30012 is the CDR of a call that is over, as is a TeleCMI cdr and Exotel's terminal event."""
		found = outcome(slug, payload)
		assert (found.evidence.status, found.is_over) == (status.UNKNOWN, True)

	def test_talk_makes_such_an_end_completed(self):
		"""Who talked had a call, whatever the PBX calls it."""
		found = outcome("yeastar_p", yeastar(status="TRANSFERRED", talk_duration=21))
		assert (found.evidence.status, found.facts["duration"]) == (status.COMPLETED, 21)

	@pytest.mark.parametrize(
		("slug", "payload", "meant"),
		[
			("yeastar_p", yeastar(status="BUSY"), status.BUSY),
			("telecmi", {"leg": "b", "type": "cdr", "request_id": "1", "status": "missed"}, status.NO_ANSWER),
			("telecmi", {"leg": "b", "type": "event", "request_id": "1", "status": "odd"}, ""),
			("exotel", {"CallSid": "1", "EventType": "terminal", "Status": "busy"}, status.BUSY),
			(
				"exotel",
				{"CallSid": "1", "EventType": "answered", "Status": "in-progress"},
				status.IN_PROGRESS,
			),
		],
	)
	def test_a_word_that_is_listed_and_other_events_mean_what_they_did(self, slug, payload, meant):
		"""Only what has no row of its own is an end without a cause."""
		assert provider(slug).parse_event(payload).status == meant


class TestOzonetelsIncomingCalls:
	def test_a_disconnect_without_an_answer_is_a_missed_call(self):
		"""The page reports Answered by an event of its own, and a Disconnect of any call."""
		for told in ([ozonetel("Disconnect")], [ozonetel("Calling"), ozonetel("Disconnect")]):
			found = outcome("ozonetel", *told)
			assert (found.evidence.status, found.is_over) == (status.NO_ANSWER, True)
			assert incoming.is_missed("Incoming", found.evidence.status, NOON, NOON)
			assert "duration" not in found.facts

	def test_a_disconnect_of_an_answered_call_is_its_end(self):
		"""The talk is from the one event to the other, in whatever order they come."""
		found = outcome("ozonetel", ozonetel("Calling"), ozonetel("Answered"), ozonetel("Disconnect"))
		assert (found.evidence.status, found.facts["duration"]) == (status.COMPLETED, 60)

	def test_the_end_of_a_dialed_call_without_an_answer_stays_unknown(self):
		"""There the first phone is the agent's, and the page does not say whose answer is told."""
		assert outcome("ozonetel", ozonetel("Disconnect", "Manual")).evidence.status == status.UNKNOWN

	def test_what_an_end_says_of_answers_is_kept_with_it(self):
		"""A stored event is read back as the same; one that says nothing of it is stored as before."""
		event = provider("ozonetel").parse_event(ozonetel("Disconnect"))
		assert event.reports_answers and events.from_stored(event.as_stored()) == event
		assert "reports_answers" not in provider("ozonetel").parse_event(ozonetel("Answered")).as_stored()


@pytest.mark.parametrize(
	("slug", "payload"),
	[
		(
			"twilio",
			{"CallSid": "CA2", "ParentCallSid": "CA1", "CallStatus": "ringing", "To": "+447700900123"},
		),
		("telecmi", {"leg": "b", "type": "event", "request_id": "c0Sq3m", "status": "started"}),
	],
)
def test_ringing_of_the_customers_leg_says_so(slug, payload):
	"""The agent's phone was picked up, for only then is this leg dialed."""
	assert outcome(slug, payload).evidence == status.event_evidence(
		"progress", status.RINGING, ringing=status.CUSTOMER
	)


@pytest.mark.parametrize(
	("slug", "payload"),
	[
		("twilio", {"CallSid": "CA1", "CallStatus": "ringing", "To": "+447700900456"}),
		("telecmi", {"leg": "a", "type": "event", "request_id": "c0Sq3m", "status": "started"}),
	],
)
def test_ringing_of_the_first_leg_is_the_agents_phone(slug, payload):
	"""The one who places the call is called first."""
	assert outcome(slug, payload).evidence == status.event_evidence(
		"progress", status.RINGING, ringing=status.AGENT
	)


@pytest.mark.parametrize("word", ["answered", "hangup"])
def test_what_else_the_first_leg_tells_says_nothing(word):
	"""TeleCMI's agent answers and hangs up whatever the customer does."""
	payload = {"leg": "a", "type": "event", "request_id": "c0Sq3m", "status": word}
	assert provider("telecmi").parse_event(payload) is None


def test_ringing_that_names_no_leg_stays_as_it_is():
	assert outcome("ozonetel", ozonetel("Calling", "Manual")).evidence == status.event_evidence(
		"progress", status.RINGING
	)
