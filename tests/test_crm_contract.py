"""What Frappe CRM's pages are told: its popup's own rules, copied from its sources, read what the contract writes."""

from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls import frappe_crm, status
from c2c_frappe.pbx.calls.status import REFUSALS

NOW = datetime(2026, 11, 29, 12, 0)
ROW = {
	"name": "1f2e3d",
	"direction": "Outgoing",
	"status": "Ringing",
	"number": "+447700900123",
	"agent": "rep@example.com",
	"extension": "1000",
	"called_number": "",
	"account": "PBX",
	"failure_code": "",
	"evidence_rank": 20,
	"requested_at": NOW,
	"requested_utc": NOW,
	"answered_at": None,
	"ended_at": None,
	"duration": None,
	"recording_url": "",
}
# The statuses of CRM Call Log, versions 1.33 to 2.0-dev.
STATUSES = {
	"Initiated",
	"Ringing",
	"In Progress",
	"Completed",
	"Failed",
	"Busy",
	"No Answer",
	"Queued",
	"Canceled",
}
# What CRM answers with both of its providers off, and with one on, in either form.
BEFORE_1_71 = {"twilio_enabled": 0, "exotel_enabled": 0, "default_calling_medium": "Twilio"}
SINCE_1_71 = {"integrations": {"twilio": False, "exotel": False}, "default_calling_medium": None}


def shown(event):
	"""Return what the popup says of an event: `updateStatus` of ExotelCallUI.vue, rule by rule."""
	return of_outgoing(event) if event.get("Direction") == "outbound-api" else of_incoming(event)


def of_outgoing(event):
	kind, word = event.get("EventType"), event.get("Status")
	legs = [event.get(f"Legs[{n}][Status]") for n in (0, 1)]
	if (kind, word) == ("answered", "in-progress"):
		return {"": legs[0] == "in-progress" and "Ringing...", "in-progress": "In progress"}.get(legs[1])
	if kind == "terminal" and word in ("no-answer", "busy") and {"no-answer", "busy"} & set(legs):
		return "No answer"
	return "Call ended" if (kind, word) == ("terminal", "completed") else None


def of_incoming(event):
	if event.get("Direction") != "incoming":
		return None
	if (event.get("EventType"), event.get("Status")) == ("Dial", "busy"):
		return "Incoming call"
	is_missed = (event.get("CallType"), event.get("DialCallStatus")) == ("incomplete", "no-answer")
	return "No answer" if is_missed else None


def row(call_status, **more):
	ended = NOW if status.is_final(call_status) else None
	return {**ROW, "status": call_status, "ended_at": ended, **more}


@pytest.mark.parametrize(
	("call_status", "direction", "said"),
	[
		("Ringing", "Outgoing", "Ringing..."),
		("In Progress", "Outgoing", "In progress"),
		("In Progress", "Incoming", "In progress"),
		("Completed", "Outgoing", "Call ended"),
		("Completed", "Incoming", "Call ended"),
		("No Answer", "Outgoing", "No answer"),
		("Busy", "Outgoing", "No answer"),
		("Failed", "Outgoing", "No answer"),
		("Canceled", "Outgoing", "No answer"),
		("Ringing", "Incoming", "Incoming call"),
		*((missed, "Incoming", "No answer") for missed in ("No Answer", "Busy", "Failed", "Canceled")),
	],
)
def test_popup_says_how_the_call_stands(call_status, direction, said):
	"""The popup's own rules make its words of what it is told, and each event names the call."""
	event = frappe_crm.popup_event(row(call_status, direction=direction))
	assert (shown(event), event["CallSid"], event["To"]) == (said, "1f2e3d", "+447700900123")


@pytest.mark.parametrize("call_status", ["Dialing", "Requested", "Unconfirmed", "Unknown"])
def test_popup_is_left_alone_where_it_has_no_words(call_status):
	"""Anything else would blank its line."""
	assert frappe_crm.popup_event(row(call_status)) is None


def test_every_end_lets_the_popup_be_closed():
	"""It has a close button at Call ended and No answer only; so for each end, also one that nobody knows."""
	ends = [row(one, direction=way) for one in status.FINAL for way in ("Outgoing", "Incoming")]
	ends.append(row("Unknown", ended_at=NOW))
	events = [
		*map(frappe_crm.popup_event, ends),
		frappe_crm.closing_event(row("Requested")),
		frappe_crm.gone_event(ROW),
	]
	assert {shown(event) for event in events} == {"Call ended", "No answer"}


def test_length_of_the_call_is_told_at_its_end():
	"""The popup takes it from either of two fields, by version."""
	event = frappe_crm.popup_event(row("Completed", duration=65))
	assert (event["Legs[0][OnCallDuration]"], event["DialCallDuration"]) == (65, 65)


def test_agent_is_named_while_it_rings_and_no_longer():
	"""In a later event the agent's name opens a popup that was closed."""
	named = [
		one
		for one in status.ALL
		if "AgentEmail" in (frappe_crm.popup_event(row(one, direction="Incoming")) or {})
	]
	assert named == ["Ringing"]
	event = frappe_crm.popup_event(row("Ringing", direction="Incoming"))
	assert (event["AgentEmail"], event["CallFrom"], event["From"]) == (
		"rep@example.com",
		*["+447700900123"] * 2,
	)


@pytest.mark.parametrize(
	("more", "opens"),
	[({}, True), ({"requested_utc": NOW - timedelta(hours=1)}, False), ({"direction": "Outgoing"}, False)],
)
def test_popup_opens_by_itself_for_who_calls_now(more, opens):
	"""Not for a call that is told an hour late, nor for one that was placed."""
	ringing = row("Ringing", **{"direction": "Incoming", **more})
	assert frappe_crm.opens_popup(ringing, NOW) is opens


@pytest.mark.parametrize("own", [BEFORE_1_71, SINCE_1_71])
def test_own_provider_is_read_from_both_forms(own):
	"""With both off it is ours to answer; with one of them on it is not."""
	assert frappe_crm.has_own_provider(own) is False
	for name in ("twilio", "exotel"):
		on = (
			{**own, "integrations": {**own["integrations"], name: True}}
			if "integrations" in own
			else {**own, f"{name}_enabled": 1}
		)
		assert frappe_crm.has_own_provider(on) is True


@pytest.mark.parametrize("unknown", [{}, {"providers": ["x"]}, {"integrations": None}])
def test_answer_in_an_unknown_form_is_nobodys(unknown):
	"""A later version that asks otherwise keeps its own answer."""
	assert frappe_crm.has_own_provider(unknown) is None


def test_one_answer_turns_the_buttons_on_in_both_forms():
	"""Read as version 1.33's telephony.js does, and as 1.71's."""
	answer = frappe_crm.offering_ours()
	before = (bool(answer["twilio_enabled"]), bool(answer["exotel_enabled"]))
	since = (answer["integrations"]["twilio"], answer["integrations"]["exotel"])
	assert before == since == (False, True)
	assert answer["default_calling_medium"] == "Exotel"


@pytest.mark.parametrize(
	("address", "record"),
	[
		("https://crm.example.com/crm/leads/CRM-LEAD-2026-00001", ("CRM Lead", "CRM-LEAD-2026-00001")),
		("http://c.localhost:8000/crm/leads/CRM-LEAD-2026-00001#calls", ("CRM Lead", "CRM-LEAD-2026-00001")),
		("https://crm.example.com/crm/deals/D-1?viewType=list", ("CRM Deal", "D-1")),
		("https://crm.example.com/crm/contacts/Ada%20Lovelace", ("Contact", "Ada Lovelace")),
		("https://crm.example.com/crm/contacts/Ada%2FLovelace/x", ("Contact", "Ada/Lovelace")),
		("https://crm.example.com/crm/leads/view/kanban", None),
		("https://crm.example.com/crm/leads/view", None),
		("https://crm.example.com/crm/leads", None),
		("https://crm.example.com/crm/leads/", None),
		("https://crm.example.com/crm/organizations/Acme", None),
		("https://crm.example.com/desk/crm-lead/X", None),
		("http://[", None),
		("", None),
	],
)
def test_page_names_its_record(address, record):
	"""As CRM's router has them; a list, another page, or none names no record."""
	assert frappe_crm.record_on_page(address) == record


@pytest.mark.parametrize("call_status", status.ALL)
def test_row_at_crm_has_a_status_crm_knows(call_status):
	"""Those that CRM has are the same word, the others Initiated."""
	written = frappe_crm.log_columns(row(call_status), "")["status"]
	assert written in STATUSES
	assert written == (call_status if call_status in STATUSES else "Initiated")


def test_row_at_crm_of_a_placed_call():
	"""From the agent's phone to the number, with no link where there is no recording."""
	columns = frappe_crm.log_columns(row("Completed", duration=65, answered_at=NOW), "/play?call=1f2e3d")
	wanted = {
		"type": "Outgoing",
		"from": "1000",
		"to": "+447700900123",
		"caller": "rep@example.com",
		"receiver": None,
	}
	wanted |= {"duration": 65, "medium": "PBX", "start_time": NOW, "end_time": NOW, "recording_url": ""}
	assert {key: columns[key] for key in wanted} == wanted


def test_row_at_crm_of_a_call_that_came_in():
	"""From the number to what was called; the recording's address is ours, never the PBX's."""
	came = row(
		"Completed",
		direction="Incoming",
		called_number="+442079460000",
		recording_url="https://pbx/secret.wav",
	)
	columns = frappe_crm.log_columns(came, "/play?call=1f2e3d")
	assert set(columns) == set(frappe_crm.LOG_COLUMNS)
	wanted = {
		"type": "Incoming",
		"from": "+447700900123",
		"to": "+442079460000",
		"receiver": "rep@example.com",
	}
	wanted |= {"caller": None, "recording_url": "/play?call=1f2e3d"}
	assert {key: columns[key] for key in wanted} == wanted


def test_withheld_number_leaves_no_field_empty_that_crm_requires():
	"""From and To are mandatory there."""
	columns = frappe_crm.log_columns(
		row("Completed", direction="Incoming", number=None, extension="", account=""), ""
	)
	assert columns["from"] == "Unknown"


def test_refused_and_internal_calls_have_no_row_at_crm():
	"""Nothing was sent for a refusal, and CRM knows no calls between colleagues."""
	refused = [row("Failed", failure_code=code, evidence_rank=14) for code in REFUSALS]
	assert not any(map(frappe_crm.is_mirrored, [*refused, row("Completed", direction="Internal")]))
	assert all(
		map(
			frappe_crm.is_mirrored,
			[row("Failed", failure_code="timeout", evidence_rank=30), row("Requested")],
		)
	)


def test_popup_waits_longer_where_something_may_still_come():
	"""A minute where nothing tells of the end, longer where events may be late, a day while they talk."""
	waits = [
		frappe_crm.waits_for(*case)
		for case in (("Requested", False), ("Ringing", True), ("In Progress", False))
	]
	assert waits == [timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=24)]
