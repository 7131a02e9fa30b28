"""What Asterisk reports of a call, by ARI's event WebSocket or from the dialplan, as events. Pure; asks nobody.

Our call is the agent's channel, whose id is our own name of the call: Asterisk takes it when the channel is made. What
this channel dials are attempts to reach the customer: the next trunk, another phone of the group or a queue's next
member may follow, so none of them ends the call, and neither does leaving a bridge for another one. The call ends with
the agent's channel, and with what the documented dialplan says then. That outweighs what the events before it show,
because it alone knows a refused number from one that nobody answers. Seen on Asterisk 22.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent

# The only events that are read; the listener asks for no others. Of calls nobody clicked see channels.py.
TYPES = (
	"Dial",
	"ChannelCreated",
	"ChannelStateChange",
	"ChannelEnteredBridge",
	"ChannelLeftBridge",
	"ChannelHangupRequest",
	"ChannelUserevent",
	"ChannelDestroyed",
	"BridgeBlindTransfer",
)
# The event and the report of the documented dialplan.
END = "C2CEnd"
# Asterisk's own ids hold a dot.
_OUR_NAME = re.compile(r"[A-Za-z0-9]{8,40}", re.ASCII)
# Hangup causes (Q.850) that tell what a DIALSTATUS hides: nobody has the number; the customer declined.
_CAUSES = {"1": (status.FAILED, "unknown_number"), "21": (status.BUSY, "")}
_HIDING = ("CHANUNAVAIL", "CONGESTION")
# The hangup cause of a channel that somebody ended without answering it.
_HUNG_UP = 16

# Asterisk's DIALSTATUS, of the customer's channel (docs.asterisk.org, "Dial").
_OUTCOMES = {
	"ANSWER": (status.COMPLETED, ""),
	"NOANSWER": (status.NO_ANSWER, ""),
	"BUSY": (status.BUSY, ""),
	"CANCEL": (status.CANCELED, ""),
	"CONGESTION": (status.FAILED, "pbx_rejected"),
	"CHANUNAVAIL": (status.FAILED, "pbx_rejected"),
	# Dial asked the customer (its options p and P), who sent the call away.
	"DONTCALL": (status.BUSY, ""),
	"TORTURE": (status.BUSY, ""),
	"INVALIDARGS": (status.FAILED, "misconfigured"),
}
_NOBODY_DIALED = (status.FAILED, "misconfigured")


def read(payload: Mapping[str, object], recordings_url: str) -> CallEvent | None:
	"""Return what an event of ARI, or a report the dialplan posted, says of a call of ours; None for all else.

	`recordings_url` is where ARI serves recordings, without a slash at the end. Raises nothing.
	"""
	kind = payload.get("type")
	if kind is None:
		return _read_report(str(payload.get("call") or ""), payload, recordings_url)
	reader = {
		"Dial": _read_dial,
		"ChannelStateChange": _read_state_change,
		"ChannelLeftBridge": _read_bridge_leave,
		"ChannelDestroyed": _read_destroyed,
	}.get(str(kind))
	if kind == "ChannelUserevent":
		return _read_report(_id(payload, "channel"), _part(payload, "userevent"), recordings_url)
	return reader(payload) if reader else None


def _read_dial(event: Mapping) -> CallEvent | None:
	"""Read how an attempt to reach the customer goes; the agent's own leg has no caller."""
	call, dial_status = _id(event, "caller"), event.get("dialstatus")
	if not call or not isinstance(dial_status, str):
		return None
	moment = values.parse_timestamp(event.get("timestamp"))
	if dial_status == "ANSWER":
		return CallEvent("progress", status.IN_PROGRESS, call=call, answered_at=moment)
	if dial_status in _OUTCOMES:
		return CallEvent("attempt", *_OUTCOMES[dial_status], call=call)
	return _rings(status.CUSTOMER, call) if dial_status == "RINGING" else None


def _read_state_change(event: Mapping) -> CallEvent | None:
	"""Read that the agent's phone rings; once it is picked up the customer's turn has come."""
	call, state = _id(event, "channel"), _part(event, "channel").get("state")
	phone = {"Ringing": status.AGENT, "Up": status.CUSTOMER}.get(str(state))
	return _rings(phone, call) if call and phone else None


def _rings(phone: str, call: str) -> CallEvent:
	return CallEvent("progress", status.RINGING, call=call, ringing=phone)


def _read_bridge_leave(event: Mapping) -> CallEvent | None:
	"""Read that the agent was connected to somebody; a hold, a transfer or a conference may follow."""
	call = _id(event, "channel")
	return CallEvent("progress", status.IN_PROGRESS, call=call) if call else None


def _read_destroyed(event: Mapping) -> CallEvent | None:
	"""Read the end of the agent's channel, which is the call's: how it ended other events tell if the agent answered."""
	call, state = _id(event, "channel"), _part(event, "channel").get("state")
	if not call:
		return None
	if state == "Up":
		outcome = ("", "") if _ran_dialplan(event) else _NOBODY_DIALED
	elif event.get("cause") == _HUNG_UP:
		outcome = (status.CANCELED, "")
	else:
		outcome = (status.FAILED, "agent_unreachable")
	return CallEvent("end", *outcome, call=call, ended_at=values.parse_timestamp(event.get("timestamp")))


def _ran_dialplan(event: Mapping) -> bool:
	"""Whether the channel got beyond the place in the dialplan that it was sent to: that place exists then."""
	place = _part(_part(event, "channel"), "dialplan")
	return place.get("exten") == "h" or place.get("priority") != 1


def _read_report(call: str, report: Mapping, recordings_url: str) -> CallEvent | None:
	"""Read what the documented dialplan says once a call is over: as user event, or posted to our webhook."""
	if (report.get("eventname") or report.get("event")) != END or not _OUR_NAME.fullmatch(call):
		return None
	fields = {
		name: str(report.get(name) or "") for name in ("status", "cause", "answered", "ended", "recording")
	}
	source, outcome = _read_report_outcome(fields)
	is_answered = outcome[0] == status.COMPLETED
	is_recorded = is_answered and _OUR_NAME.fullmatch(fields["recording"])
	return CallEvent(
		source,
		*outcome,
		call=call,
		answered_at=values.parse_timestamp(fields["answered"]) if is_answered else None,
		ended_at=values.parse_timestamp(fields["ended"]),
		recording_url=f"{recordings_url}/{fields['recording']}/file" if is_recorded else "",
	)


def _read_report_outcome(fields: Mapping[str, str]) -> tuple[str, tuple[str, str]]:
	"""Return (source, (status, failure code)) of a report.

	DIALSTATUS is the last Dial's: one that follows an answer, such as a transfer's, undoes no answer. Without any, the
	dialplan dialed nobody, or by another application: that events before it may tell.
	"""
	if fields["answered"]:
		return "record", (status.COMPLETED, "")
	if not fields["status"]:
		return "end", _NOBODY_DIALED
	outcome = _OUTCOMES.get(fields["status"], ("", ""))
	return "record", _CAUSES.get(fields["cause"], outcome) if fields["status"] in _HIDING else outcome


def from_channel_state(
	call: str, call_status: str, channel: Mapping | None, bridges: object
) -> CallEvent | None:
	"""Return what is known of a call nobody listened to for a while, None when that is nothing new.

	`call_status` is its status here, `channel` its channel as ARI describes it, None when ARI knows no such channel,
	`bridges` ARI's list of bridges.
	"""
	if channel is not None:
		return _read_channel(call, channel, bridges)
	if call_status == status.IN_PROGRESS:
		# The customer had answered and the channel is gone; when, nobody heard.
		return CallEvent("end", status.COMPLETED, call=call)
	return CallEvent("end", status.UNKNOWN, "no_end_event", call=call)


def _read_channel(call: str, channel: Mapping, bridges: object) -> CallEvent | None:
	if channel.get("state") == "Ringing":
		return _rings(status.AGENT, call)
	for bridge in bridges if isinstance(bridges, list) else ():
		if isinstance(bridge, dict) and call in (bridge.get("channels") or ()):
			began = values.parse_timestamp(bridge.get("creationtime"))
			return CallEvent("progress", status.IN_PROGRESS, call=call, answered_at=began)
	is_dialing = channel.get("state") == "Up" and _part(channel, "dialplan").get("app_name") == "Dial"
	return _rings(status.CUSTOMER, call) if is_dialing else None


def _part(event: Mapping, name: str) -> Mapping:
	part = event.get(name)
	return part if isinstance(part, dict) else {}


def _id(event: Mapping, name: str) -> str:
	"""Return a channel's id if it can be one of our calls' names, else ""."""
	channel_id = str(_part(event, name).get("id") or "")
	return channel_id if _OUR_NAME.fullmatch(channel_id) else ""
