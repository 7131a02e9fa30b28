"""A model of the floor: any mix of clicks, repeats, faults, crashes and news: no dial nobody asked for, a row for each, and rows that are true.

A model of what must be is kept beside the site; hypothesis looks for a series of steps after which they differ.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from unittest.mock import patch

import frappe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
	RuleBasedStateMachine,
	invariant,
	precondition,
	rule,
	run_state_machine_as_test,
)

from c2c_frappe.api import call as api
from c2c_frappe.call_log import dial_guard
from c2c_frappe.events import intake
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.races import (
	ANSWERED,
	CONNECTED,
	MANY_WORKERS,
	RACERS,
	ROW_COMMITTED,
	ROW_INSERTED,
	SAVED,
	SIGKILL,
	RaceCase,
	let_deadline_pass,
	put_deadline_off,
)
from c2c_frappe.tests.cases.site import COMMPEAK

USERS = RACERS[:2]
NUMBERS = ("+447700900201", "+447700900202")
# What the PBX does with a dial -> (rank, status, failure code) the row then has; see docs for the statuses.
ANSWERS = {
	"ok": (13, "Requested", ""),
	"refuse": (14, "Failed", "pbx_rejected"),
	"404": (14, "Failed", "not_allowlisted"),
	"401": (14, "Failed", "bad_credentials"),
	"redirect": (14, "Failed", "pbx_rejected"),
	"5xx": (11, "Unknown", "bad_reply"),
	"html": (11, "Unknown", "bad_reply"),
	"drop": (11, "Unknown", "bad_reply"),
	"cut": (11, "Unknown", "bad_reply"),
	"hang": (10, "Unknown", "timeout"),
}
NEWS = {
	"start": (19, "Ringing", ""),
	"answer": (21, "In Progress", ""),
	"CANCEL": (31, "Canceled", ""),
	"NO_ANSWER": (32, "No Answer", ""),
	"BUSY": (33, "Busy", ""),
	"ANSWERED": (34, "Completed", ""),
}
INTERRUPTED = (5, "Unknown", "interrupted")
FINAL = {"Failed", "Canceled", "No Answer", "Busy", "Completed"}
# A process killed at this step -> whether its row is there, whether the PBX was asked, what was saved.
STEPS = {
	ROW_INSERTED: (False, False, None),
	ROW_COMMITTED: (True, False, None),
	CONNECTED: (True, False, None),
	ANSWERED: (True, True, None),
	SAVED: (True, True, ANSWERS["ok"]),
}


@dataclass
class Call:
	"""A call that must be in the log: whose, which requests asked for it, and the best that is known of it."""

	user: str
	number: str
	requests: tuple = ()
	known: tuple = (0, "Dialing", "")
	holds_guard: bool = True

	def learn(self, news: tuple) -> None:
		"""Take news, if they are better than what is known; a final status lets the number be dialed again."""
		self.known = max(self.known, news)
		if self.known[1] in FINAL:
			self.holds_guard = False


class Floor(RuleBasedStateMachine):
	"""Two agents and two customers on a site with one PBX."""

	case: RaceCase

	def __init__(self):
		super().__init__()
		pbx_events.forget()
		site.forget_calls()
		self.case.simulator.reset()
		self.calls: dict[str, Call] = {}
		self.dials = 0

	def must(self, found, expected) -> None:
		"""Fail, showing both, unless what was found is what the model expects."""
		self.case.assertEqual(found, expected)

	def guarding(self, user: str, number: str) -> str:
		"""Return the call that a further click on this number by this user is, "" when it would be a new one."""
		pairs = {(c.user, c.number): name for name, c in self.calls.items() if c.holds_guard}
		return pairs.get((user, number), "")

	def sent(self, user: str, number: str, kind: str = "ok") -> dict:
		"""Return a click for `Dialers` whose dial, if there is one, the PBX treats so."""
		self.case.simulator.behave(kind, number=number)
		return {
			"user": user,
			"sent": {"number": number, "request_id": str(uuid.uuid4()), "override": "Try Now"},
		}

	def took_place(self, reply: dict, click: dict, kind: str) -> None:
		"""Note a new call that a click placed."""
		self.dials += 1
		call = Call(click["user"], click["sent"]["number"], (click["sent"]["request_id"],))
		call.learn(ANSWERS[kind])
		self.calls[reply["call"]] = call

	@rule(user=st.sampled_from(USERS), number=st.sampled_from(NUMBERS), kind=st.sampled_from([*ANSWERS]))
	def click(self, user, number, kind):
		"""One click; while an earlier one holds, it is that one."""
		held, click = self.guarding(user, number), self.sent(user, number, kind)
		reply = self.case.dial(user, **click["sent"])
		self.must((reply["repeated"], reply["call"] if held else ""), (bool(held), held))
		if not held:
			self.took_place(reply, click, kind)

	@precondition(lambda self: any(call.requests for call in self.calls.values()))
	@rule(data=st.data())
	def reload_sends_the_click_again(self, data):
		"""The same request, whenever it comes, is the same call; another user's is refused."""
		name = data.draw(st.sampled_from([n for n, c in self.calls.items() if c.requests]))
		call = self.calls[name]
		request = {"number": call.number, "request_id": data.draw(st.sampled_from(call.requests))}
		reply = self.case.dial(call.user, **request)
		self.must((reply["call"], reply["repeated"]), (name, True))
		other = USERS[1 - USERS.index(call.user)]
		with self.case.assertRaises(frappe.PermissionError):
			self.case.dial(other, **request)

	@rule(
		user=st.sampled_from(USERS),
		number=st.sampled_from(NUMBERS),
		kind=st.sampled_from(["ok", "html", "drop"]),
		tabs=st.integers(2, 4),
	)
	def clicks_at_once(self, user, number, kind, tabs):
		"""Clicks of several tabs at the same moment, from processes of their own, are one call."""
		held = self.guarding(user, number)
		clicks = [self.sent(user, number, kind) for _ in range(tabs)]
		outcomes = self.case.dialers.dial(clicks, gunicorn_workers=MANY_WORKERS)
		self.case.assert_no_noise(outcomes)
		frappe.db.rollback()
		[name] = {outcome["reply"]["call"] for outcome in outcomes}
		placed = [n for n, outcome in enumerate(outcomes) if not outcome["reply"]["repeated"]]
		self.must((len(placed), name), (0 if held else 1, held or name))
		if not held:
			self.took_place(outcomes[placed[0]]["reply"], clicks[placed[0]], kind)

	@rule(user=st.sampled_from(USERS), number=st.sampled_from(NUMBERS), step=st.sampled_from([*STEPS]))
	def process_dies(self, user, number, step):
		"""kill -9 at a step of the dial: the row says how far the call got."""
		held, click = self.guarding(user, number), self.sent(user, number)
		[outcome] = self.case.dialers.dial([{**click, "die_at": step}], gunicorn_workers=MANY_WORKERS)
		frappe.db.rollback()
		if held and step != SAVED:
			self.must(outcome["reply"]["call"], held)
			return
		has_row, is_dialed, saved = STEPS[step]
		if held or not has_row:
			return
		self.must(outcome, {"killed": SIGKILL})
		[row] = [row for row in site.rows() if row.name not in self.calls]
		call = self.calls[row.name] = Call(user, number, (click["sent"]["request_id"],))
		call.learn(saved or call.known)
		if row.slot:
			put_deadline_off(row.name)
		self.dials += is_dialed

	@rule()
	def time_passes(self):
		"""Deadlines and repeat windows pass: what was interrupted says so, before any sweep."""
		for name, call in self.calls.items():
			let_deadline_pass(name)
			if call.known[1] == "Dialing":
				with site.as_user(call.user):
					self.must(api.state(name)["status"], "Unknown")
				call.learn(INTERRUPTED)
			call.holds_guard = False
		dial_guard.sweep()

	@precondition(lambda self: self.calls)
	@rule(data=st.data(), told=st.lists(st.sampled_from([*NEWS]), min_size=1, max_size=3))
	def pbx_tells(self, data, told):
		"""Events of a call in any order, twice each."""
		name = data.draw(st.sampled_from([*self.calls]))
		account = frappe.get_doc("PBX Account", COMMPEAK)
		for what in [*told, *told]:
			kind = what if what in ("start", "answer") else "end"
			payload = {"event": kind, "call": name, "hangup_cause": what if kind == "end" else ""}
			self.must(intake.receive(account, payload), "Applied")
			self.calls[name].learn(NEWS[what])

	@invariant()
	def the_log_is_true(self):
		"""One request at the PBX for each dial asked for, a row for each request, and what each row says."""
		asked = [request.query["call"] for request in self.case.simulator.requests]
		self.must((len(asked), len(set(asked))), (self.dials, self.dials))
		rows = {row.name: (row.status, row.failure_code or "") for row in site.rows()}
		self.must(rows, {name: call.known[1:] for name, call in self.calls.items()})
		self.must(set(asked) - set(rows), set())


def explore(case: RaceCase) -> None:
	"""Let hypothesis look for a series of steps after which site and model differ; fail when there is one."""
	Floor.case = case
	examples = int(os.environ.get("C2C_EXAMPLES", 0))
	how = settings(
		max_examples=examples or 12,
		# The same series each time, unless more are asked for.
		derandomize=not examples,
		stateful_step_count=12,
		deadline=None,
		database=None,
		suppress_health_check=list(HealthCheck),
	)
	with patch.dict(frappe.local.conf, gunicorn_workers=MANY_WORKERS):
		run_state_machine_as_test(Floor, settings=how)
