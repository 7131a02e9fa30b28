"""What a webhook's payload says of a call, by the rules of an account's form. Raises nothing.

A rule says where a fact stands, and may hold under a condition only; of several for one fact the first that finds
something counts. The status comes from a value map: a row for each word the PBX uses, and what it means here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timezone
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.providers.generic_http.places import PATH, Rule, find, is_value, is_well_formed
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses

FILTER, STATUS = "Event", "Status"
# What a rule reads, as the form names it, and the field of a CallEvent it fills.
FACTS = {
	"Call": "call",
	"Call ID": "pbx_call_id",
	"Extension": "extension",
	"Number": "number",
	"Direction": "direction",
	"Started at": "started_at",
	"Answered at": "answered_at",
	"Ended at": "ended_at",
	"Duration": "duration",
	"Duration (ms)": "duration_in_ms",
	"Recording": "recording_url",
}
READS = (FILTER, STATUS, *FACTS)
EXPECTED = {
	FILTER: _("what kind of event it is"),
	STATUS: _("the call's status"),
	"Call": _("our own name for the call"),
	"Call ID": _("the PBX's ID for the call"),
	"Extension": _("the agent's extension"),
	"Number": _("the customer's number, with its country code"),
	"Direction": _("in or out"),
	"Started at": _("when the call started"),
	"Answered at": _("when the customer answered"),
	"Ended at": _("when it ended"),
	"Duration": _("seconds of talk"),
	"Duration (ms)": _("milliseconds of talk"),
	"Recording": _("the recording's link"),
}
UNLESS_ANSWERED = "No Answer unless answered"
# A ringing of which the PBX says whose phone it is.
RINGING_PHONES = {"Agent's phone rings": status.AGENT, "Customer's phone rings": status.CUSTOMER}
# What a status row may mean, as the form names it: (status, failure code).
MEANINGS = {
	status.RINGING: (status.RINGING, ""),
	**dict.fromkeys(RINGING_PHONES, (status.RINGING, "")),
	status.IN_PROGRESS: (status.IN_PROGRESS, ""),
	status.COMPLETED: (status.COMPLETED, ""),
	status.NO_ANSWER: (status.NO_ANSWER, ""),
	status.BUSY: (status.BUSY, ""),
	status.CANCELED: (status.CANCELED, ""),
	status.FAILED: (status.FAILED, "pbx_rejected"),
	"Agent did not answer": (status.FAILED, "agent_unreachable"),
	# It is over, and the word does not say how.
	"Ended": (status.UNKNOWN, ""),
	# The same of a PBX that reports each answer by an event of its own.
	UNLESS_ANSWERED: (status.UNKNOWN, ""),
}


@dataclass(frozen=True)
class Reading:
	"""How to read a payload: the rules, and the zone of times that name none."""

	rules: tuple[Rule, ...]
	zone: ZoneInfo | timezone = timezone.utc

	def read(
		self,
		payload: Mapping[str, object],
		secrets: tuple[str, ...],
		link: Callable[[object], str],
		number_fields: Callable[[object], dict],
	) -> CallEvent | None:
		"""Return what the payload says, None when it is no event or says nothing; `link` lets recordings' addresses pass.

		`number_fields` reads a number.
		"""
		if not self._is_event(payload):
			return None
		texts = {field: self._text(payload, reads) for reads, field in FACTS.items()}
		meaning = self._meaning(payload)
		call_status, failure_code = MEANINGS.get(meaning, ("", ""))
		if not call_status and not any(texts.values()):
			return None
		ended_at = values.parse_timestamp(texts["ended_at"], self.zone)
		direction = _direction(texts["direction"])
		is_end = ended_at or status.is_final(call_status) or call_status == status.UNKNOWN
		number = number_fields(texts["number"])
		return CallEvent(
			"end" if is_end else "progress",
			call_status,
			failure_code,
			call=texts["call"],
			pbx_call_id=responses.call_id(texts["pbx_call_id"], secrets),
			# A word that says neither in nor out, such as internal, places the call by the PBX's id alone.
			extension=texts["extension"] if direction else "",
			**number,
			direction=direction,
			started_at=values.parse_timestamp(texts["started_at"], self.zone),
			answered_at=values.parse_timestamp(texts["answered_at"], self.zone),
			ended_at=ended_at,
			duration=values.parse_duration(texts["duration"] or _thousandth(texts["duration_in_ms"])),
			recording_url=link(texts["recording_url"]),
			unread=_unread(texts, number.get("number")),
			reports_answers=meaning == UNLESS_ANSWERED,
			ringing=RINGING_PHONES.get(meaning, ""),
		)

	def _is_event(self, payload: Mapping[str, object]) -> bool:
		filters = [rule for rule in self.rules if rule.reads == FILTER]
		return not filters or any(_holds(rule, payload) for rule in filters)

	def _meaning(self, payload: Mapping[str, object]) -> str:
		rows = (rule for rule in self.rules if rule.reads == STATUS and _holds(rule, payload))
		return next((rule.meaning for rule in rows), "")

	def _text(self, payload: Mapping[str, object], reads: str) -> str:
		rows = (rule for rule in self.rules if rule.reads == reads and _is_met(rule, payload))
		texts = (find(payload, rule.place) for rule in rows)
		return next((str(each).strip() for each in texts if is_value(each, "") and _is_plain(each)), "")


def _direction(word: str) -> str:
	"""Return "Outgoing" where no direction is named: a form without one is of the calls that were dialed."""
	direction = values.direction(word) if values.is_filled(word) else values.OUTGOING
	return "" if direction == values.INTERNAL else direction


def _unread(texts: Mapping[str, str], number: object) -> str:
	"""Return "field: text" of each time, duration, direction and number that stands there and cannot be read."""
	times = [n for n in texts if n.endswith("_at") and values.is_unreadable_timestamp(texts[n])]
	others = ["duration"] if values.is_unreadable_duration(texts["duration"]) else []
	if values.is_filled(texts["direction"]) and not values.direction(texts["direction"]):
		others.append("direction")
	if values.is_unreadable_number(texts["number"], number):
		others.append("number")
	return values.listed({name: texts[name] for name in (*times, *others)})


def _holds(rule: Rule, payload: Mapping[str, object]) -> bool:
	return _is_met(rule, payload) and _stands_there(payload, rule.place, rule.value)


def _is_met(rule: Rule, payload: Mapping[str, object]) -> bool:
	"""Whether the rule's condition, `path` or `path=value`, is met; none is."""
	place, _equals, value = rule.only_if.partition("=")
	return not rule.only_if or _stands_there(payload, place.strip(), value.strip())


def _stands_there(payload: Mapping[str, object], place: str, value: str) -> bool:
	"""Compare as people would: a form's values are all text, and `Completed` is `completed`."""
	there = find(payload, place)
	if is_value(there, value):
		return True
	return bool(value) and _is_plain(there) and str(there).strip().lower() == value.strip('"').lower()


def _is_plain(value: object) -> bool:
	return isinstance(value, str | int | float) and not isinstance(value, bool)


def _thousandth(text: str) -> str:
	try:
		return f"{float(text) / 1000:f}"
	except ValueError:
		return ""


def parameters(rules: tuple[Rule, ...]) -> tuple[tuple[str, str], ...]:
	"""Return (path, what is expected there) of the rules, for whoever sets up the webhook."""
	return tuple((rule.place, EXPECTED[rule.reads]) for rule in rules)


def is_usable(rule: Rule) -> bool:
	"""Whether a rule can be one about an event."""
	condition = rule.only_if.partition("=")[0].strip()
	if rule.reads not in READS or rule.kind != PATH or not (condition or not rule.only_if):
		return False
	if condition and not is_well_formed(PATH, condition):
		return False
	return rule.meaning in MEANINGS if rule.reads == STATUS else not rule.meaning
