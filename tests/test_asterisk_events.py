"""What Asterisk's events say of a call: streams recorded from a real Asterisk 22, in any order and with losses.

`events/asterisk/*.jsonl` are the streams, an event a line, as ARI's WebSocket sent them for one call each, through the
filter the listener asks for.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import facts, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.providers.asterisk import events as asterisk_events

RECORDINGS = "https://pbx.example.com:8089/ari/recordings/stored"
STREAMS = {
	path.stem: [json.loads(line) for line in path.read_text().splitlines()]
	for path in sorted((Path(__file__).parent / "events/asterisk").glob("*.jsonl"))
}
TALKED = (status.COMPLETED, "")
UNREACHED = (status.FAILED, "agent_unreachable")
# How each call ended, and how it reads where the dialplan is not the documented one and says nothing at the end.
ENDS = {
	"customer_hangs_up": (TALKED, TALKED),
	"agent_hangs_up": (TALKED, TALKED),
	"we_hang_up_while_they_talk": (TALKED, TALKED),
	"nobody_answers": ((status.NO_ANSWER, ""), (status.NO_ANSWER, "")),
	"customer_is_busy": ((status.BUSY, ""), (status.BUSY, "")),
	"customer_declines": ((status.BUSY, ""), (status.NO_ANSWER, "")),
	"number_does_not_exist": ((status.FAILED, "unknown_number"), (status.NO_ANSWER, "")),
	"trunk_out_of_order": ((status.FAILED, "pbx_rejected"), (status.FAILED, "pbx_rejected")),
	"agent_does_not_pick_up": (UNREACHED, UNREACHED),
	"agent_declines": (UNREACHED, UNREACHED),
	"agent_is_busy": (UNREACHED, UNREACHED),
	"agents_phone_is_gone": (UNREACHED, UNREACHED),
	"we_hang_up_while_the_agent_rings": ((status.CANCELED, ""), (status.CANCELED, "")),
	"we_hang_up_while_the_customer_rings": ((status.CANCELED, ""), (status.CANCELED, "")),
	"context_does_not_exist": ((status.FAILED, "misconfigured"), (status.FAILED, "misconfigured")),
	"extension_is_refused": ((status.FAILED, "misconfigured"), (status.UNKNOWN, "")),
	"second_trunk_after_no_answer": (TALKED, TALKED),
	"second_trunk_after_an_unknown_number": (TALKED, TALKED),
	"second_trunk_after_congestion": (TALKED, TALKED),
	"three_phones_at_once": (TALKED, TALKED),
	"a_queue_rings_one_after_the_other": (TALKED, TALKED),
	"local_channel_is_optimized_away": (TALKED, TALKED),
	"both_go_on_in_a_conference": (TALKED, TALKED),
}
TALKS = [name for name, (end, _without) in ENDS.items() if end == TALKED]
RECORDED = ("customer_hangs_up", "agent_hangs_up", "we_hang_up_while_they_talk")
EACH = pytest.mark.parametrize("name", STREAMS)


def read(stream) -> list[CallEvent]:
	return [news for event in stream if (news := asterisk_events.read(event, RECORDINGS))]


def outcome(stream) -> tuple[str, str]:
	accepted = status.dial_evidence("accepted")
	best = status.best([accepted, *filter(None, [facts.outcome(read(stream))])])
	return best.status, best.failure_code


def without_the_last_word(name):
	return [event for event in STREAMS[name] if event["type"] != "ChannelUserevent"]


def test_every_stream_has_an_expected_end():
	assert set(STREAMS) == set(ENDS)


@EACH
def test_a_call_ends_as_it_did_whatever_the_order_and_repetition_of_its_events(name):
	_in_any_order(STREAMS[name] * 2, lambda shuffled: _ends_in(shuffled, ENDS[name][0]))


@EACH
def test_without_the_documented_dialplan_too_the_order_does_not_matter(name):
	_in_any_order(without_the_last_word(name), lambda shuffled: _ends_in(shuffled, ENDS[name][1]))


def _in_any_order(stream, check):
	# Of places, for a stream is too long to be shown.
	order = st.permutations(range(len(stream)))
	given(order)(lambda places: check([stream[place] for place in places]))()


def _ends_in(stream, expected):
	assert outcome(stream) == expected
	assert facts.fold(read(stream)) == facts.fold(read(sorted(stream, key=json.dumps)))


@EACH
def test_what_was_lost_is_not_made_up_for_by_a_better_end(name):
	is_talk = name in TALKS
	check = given(st.sets(st.integers(0, len(STREAMS[name]) - 1)))

	def some_were_lost(kept):
		found = outcome([STREAMS[name][index] for index in kept])[0]
		assert is_talk or found not in (status.IN_PROGRESS, status.COMPLETED)

	check(some_were_lost)()


@EACH
def test_every_event_is_about_our_call_and_no_customers_channel_is_taken_for_one(name):
	assert {event.call for event in read(STREAMS[name])} == {_agents_channel(name)}


def _agents_channel(name):
	first = STREAMS[name][0]
	return (first.get("peer") or first.get("channel"))["id"]


@EACH
def test_nothing_is_final_while_the_agents_channel_lives(name):
	"""The next trunk, phone or bridge may follow: whatever is heard of others' channels, the call goes on."""
	call = _agents_channel(name)
	ends = ("ChannelDestroyed", "ChannelUserevent")
	stream = [e for e in STREAMS[name] if not (e["type"] in ends and e["channel"]["id"] == call)]
	goes_on = (status.REQUESTED, status.RINGING, status.IN_PROGRESS)
	assert all(outcome(stream[:count])[0] in goes_on for count in range(len(stream) + 1))
	assert "ended_at" not in facts.fold(read(stream))


@pytest.mark.parametrize(
	("name", "seconds"),
	[
		("customer_hangs_up", 2),
		("agent_hangs_up", 2),
		("we_hang_up_while_they_talk", 1),
		("second_trunk_after_no_answer", 2),
		("second_trunk_after_an_unknown_number", 2),
		("second_trunk_after_congestion", 2),
		("three_phones_at_once", 2),
		("a_queue_rings_one_after_the_other", 2),
		("local_channel_is_optimized_away", 2),
		("both_go_on_in_a_conference", 3),
	],
)
def test_talk_time_begins_when_the_customer_answers(name, seconds):
	for stream in (STREAMS[name], without_the_last_word(name)):
		found = facts.fold(read(stream))
		assert found["duration"] == seconds
		talked = (found["ended_at"] - found["answered_at"]).total_seconds()
		assert abs(talked - seconds) < 0.5


@EACH
def test_only_a_call_that_was_answered_has_talk_time_and_a_recording(name):
	found = facts.fold(read(STREAMS[name]))
	assert ("duration" in found) == ("answered_at" in found) == (name in TALKS)
	# The other dialplans of the lab record nothing.
	assert ("recording_url" in found) == (name in RECORDED)
	if name in RECORDED:
		assert found["recording_url"] == f"{RECORDINGS}/{_agents_channel(name)}/file"


def test_a_call_is_ringing_in_progress_and_over_in_turn():
	seen = [outcome(STREAMS["customer_hangs_up"][:count])[0] for count in range(16)]
	assert list(dict.fromkeys(seen)) == ["Requested", "Ringing", "In Progress", "Completed"]


def phone_after(stream) -> tuple[str, str]:
	"""Return (status, whose phone rings) after these events."""
	best = status.best([status.dial_evidence("accepted"), *filter(None, [facts.outcome(read(stream))])])
	return best.status, status.ringing_phone(best.status, best.rank)


@pytest.mark.parametrize(
	("name", "phones"),
	[
		("customer_hangs_up", ["Agent", "Customer"]),
		("nobody_answers", ["Agent", "Customer"]),
		("second_trunk_after_no_answer", ["Agent", "Customer"]),
		("agent_does_not_pick_up", ["Agent"]),
		("we_hang_up_while_the_agent_rings", ["Agent"]),
		("agents_phone_is_gone", []),
	],
)
def test_the_agents_phone_rings_first_and_then_the_customers(name, phones):
	seen = [phone_after(STREAMS[name][:count])[1] for count in range(len(STREAMS[name]) + 1)]
	assert [phone for phone in dict.fromkeys(seen) if phone] == phones


@given(st.data())
def test_an_agents_ringing_that_comes_late_is_not_taken_for_the_present(data):
	stream = [event for event in STREAMS["customer_hangs_up"] if event["type"] == "ChannelStateChange"]
	ours = [event for event in stream if event["channel"]["id"] == _agents_channel("customer_hangs_up")]
	assert [event["channel"]["state"] for event in ours] == ["Ringing", "Up"]
	assert phone_after(data.draw(st.permutations(ours * 2))) == ("Ringing", "Customer")


def test_calls_that_are_not_ours_are_none_of_our_business():
	text = json.dumps(STREAMS["customer_hangs_up"])
	foreign = text.replace(_agents_channel("customer_hangs_up"), "lab-1795762426.0")
	assert read(json.loads(foreign)) == []


def report(**told):
	return {
		"event": "C2CEnd",
		"call": "5f0c1a2b3d",
		"status": "ANSWER",
		"cause": "16",
		"answered": "2026-11-27T06:53:46.500Z",
		"ended": "2026-11-27T06:53:48.507Z",
		"recording": "5f0c1a2b3d",
		**told,
	}


def test_what_the_dialplan_posts_to_our_webhook_says_the_same_as_its_event():
	[told] = read([report()])
	assert (told.source, told.status, told.call) == ("record", status.COMPLETED, "5f0c1a2b3d")
	assert facts.fold([told])["duration"] == 2
	assert told.answered_at == datetime(2026, 11, 27, 6, 53, 46, 500000)


@pytest.mark.parametrize(
	("told", "expected"),
	[
		({"status": "DONTCALL", "answered": ""}, (status.BUSY, "")),
		({"status": "TORTURE", "answered": ""}, (status.BUSY, "")),
		({"status": "CHANUNAVAIL", "cause": "21", "answered": ""}, (status.BUSY, "")),
		({"status": "CHANUNAVAIL", "cause": "1", "answered": ""}, (status.FAILED, "unknown_number")),
		({"status": "CONGESTION", "cause": "1", "answered": ""}, (status.FAILED, "unknown_number")),
		({"status": "CHANUNAVAIL", "cause": "20", "answered": ""}, (status.FAILED, "pbx_rejected")),
		# The cause is that of a trunk before: this one rang.
		({"status": "NOANSWER", "cause": "1", "answered": ""}, (status.NO_ANSWER, "")),
		({"status": "INVALIDARGS", "answered": ""}, (status.FAILED, "misconfigured")),
		({"status": "", "cause": "28", "answered": ""}, (status.FAILED, "misconfigured")),
		# What follows the talk, such as a transfer that nobody answers, undoes no talk.
		({"status": "NOANSWER"}, (status.COMPLETED, "")),
		({"status": ""}, (status.COMPLETED, "")),
		({"status": "A NEW ONE", "answered": ""}, (status.UNKNOWN, "")),
	],
)
def test_dialstatus_and_cause_give_the_true_end(told, expected):
	"""What DIALSTATUS and HANGUPCAUSE of docs.asterisk.org mean for the customer's call."""
	assert outcome([report(**told)]) == expected


@pytest.mark.parametrize(
	"told",
	[{"call": ""}, {"call": "lab-1.2"}, {"event": "C2CStart"}, {"call": ["5f0c1a2b3d"]}, {"call": None}],
)
def test_a_report_of_no_call_of_ours_is_none(told):
	assert read([report(**told)]) == []


@pytest.mark.parametrize("recording", ["", "../../etc/passwd", "a/b", "http://elsewhere", "x.wav"])
def test_a_recordings_address_is_the_accounts_own_or_none(recording):
	assert read([report(recording=recording)])[0].recording_url == ""


JSON = st.recursive(
	st.none() | st.booleans() | st.integers() | st.text(max_size=20),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
	max_leaves=6,
)
NAMES = st.sampled_from(
	[
		"type",
		"channel",
		"caller",
		"peer",
		"userevent",
		"event",
		"call",
		"status",
		"timestamp",
		"dialstatus",
		"cause",
	]
)


@given(
	st.dictionaries(NAMES | st.text(max_size=8), JSON, max_size=12), st.sampled_from(asterisk_events.TYPES)
)
def test_any_payload_is_read_without_an_error_and_can_be_stored(payload, kind):
	for told in (
		payload,
		{**payload, "type": kind},
		{**payload, "type": kind, "channel": {"id": "5f0c1a2b3d"}},
	):
		found = asterisk_events.read(told, RECORDINGS)
		assert found is None or found.as_stored() is not None
		assert found is None or found.evidence is None or found.evidence.status in status.ALL


CHANNEL = {"id": "5f0c1a2b3d", "name": "PJSIP/1000-00000000", "state": "Up"}
BRIDGE = {"channels": ["5f0c1a2b3d", "lab-1.1"], "creationtime": "2026-11-27T06:39:51.060+0000"}


@pytest.mark.parametrize(
	("known", "channel", "bridges", "said"),
	[
		# Gone: it is over, and only of a call that was answered it is known how.
		("Requested", None, None, ("Unknown", "no_end_event")),
		("Ringing", None, None, ("Unknown", "no_end_event")),
		("In Progress", None, None, ("Completed", "")),
		("Requested", {**CHANNEL, "state": "Ringing"}, [], ("Ringing", "")),
		("Requested", CHANNEL, [BRIDGE], ("In Progress", "")),
		("Requested", CHANNEL, [], ("Requested", "")),
		("Requested", CHANNEL, [{"channels": ["lab-1.1"]}, None], ("Requested", "")),
		("Requested", {**CHANNEL, "state": "Down"}, [], ("Requested", "")),
		("Requested", {**CHANNEL, "dialplan": {"app_name": "Dial"}}, [], ("Ringing", "")),
		("Ringing", {**CHANNEL, "dialplan": {"app_name": "Dial"}}, [BRIDGE], ("In Progress", "")),
	],
)
def test_after_a_silence_a_call_is_what_asterisk_says_and_no_more(known, channel, bridges, said):
	told = asterisk_events.from_channel_state("5f0c1a2b3d", known, channel, bridges)
	rank = {"Requested": 13, "Ringing": 18, "In Progress": 21}[known]
	evidence = [status.Evidence(rank, known), told.evidence if told else None]
	assert status.best(filter(None, evidence))[1:] == said


def test_a_talk_found_after_a_silence_began_when_its_bridge_did():
	told = asterisk_events.from_channel_state("5f0c1a2b3d", "Ringing", CHANNEL, [BRIDGE])
	assert told.answered_at == datetime(2026, 11, 27, 6, 39, 51, 60000)


def test_an_end_that_is_heard_of_after_all_outweighs_that_nobody_heard_it():
	unheard = asterisk_events.from_channel_state("5f0c1a2b00", "Ringing", None, None)
	for name in STREAMS:
		ends = [e.evidence for e in read(STREAMS[name]) if e.source != "progress" and e.evidence]
		assert status.best([unheard.evidence, *ends]).status != status.UNKNOWN


def test_dial_status_that_is_no_text_is_no_event():
	"""Whatever stands there, reading an event raises nothing."""
	event = {"type": "Dial", "caller": {"id": "abcdef123456"}, "dialstatus": ["X"]}
	assert asterisk_events.read(event, "") is None
