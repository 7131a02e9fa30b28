"""Dialplans that do more than one Dial: a failed attempt is not the end of the call, and neither is a change of bridge."""

import time

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import facts
from c2c_frappe.pbx.wire import transport

HANGS_UP, TALKS = "+447700900128", "+447700900121"
OPEN = {"Requested", "Ringing", "In Progress"}


def statuses(said):
	"""Return the status after each event of a call, in the order in which they came."""
	found = (facts.outcome(said[: count + 1]) for count in range(len(said)))
	return [evidence.status for evidence in found if evidence]


@pytest.mark.parametrize(
	"context",
	[
		"c2c-lab-after-3",
		"c2c-lab-after-6",
		"c2c-lab-after-7",
		"c2c-lab-parallel",
		"c2c-lab-queue",
		"c2c-lab-local",
	],
)
def test_a_failed_attempt_does_not_end_the_call(place, ear, context):
	"""Second trunk after no answer, an unknown number, congestion; three at once; a queue; a Local channel."""
	call, _result = place(number=HANGS_UP, ari_context=context)
	status, _code, said = ear.outcome(call)
	assert status == "Completed" and facts.fold(said)["duration"] == 2
	found = statuses(said)
	ended = next(count for count, each in enumerate(found) if each not in OPEN)
	assert found[ended - 1] == "In Progress" and set(found[ended:]) == {"Completed"}


def test_a_change_of_bridge_does_not_end_the_call(place, ear, account):
	"""Agent and customer leave their bridge for a conference, and the agent leaves that."""
	call, _result = place(number=TALKS, ari_context="c2c-lab-conference")
	ear.wait(call, "In Progress")
	customer = [e["peer"]["id"] for e in ear.raw if e.get("caller", {}).get("id") == call][-1]
	worker = {"endpoint": "Local/do@c2c-lab-conference/n", "context": "c2c-lab-nothing", "extension": "s"}
	body = {**worker, "priority": 1, "variables": {"C2C_PEER": customer}}
	transport.send(account()._request("POST", "channels", body=body), account().connection)
	time.sleep(1)
	assert facts.outcome(ear.news[call]).status == "In Progress" and call not in ear.over
	assert exchange.hang_up(account(), call).ok
	assert ear.outcome(call)[0] == "Completed"
