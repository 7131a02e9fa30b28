"""What events, call records, lists, forms and reports cost one of two sites, asked in turn. `./dev bench` runs it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site, one process a site. Each line on standard
input is an order, {"part": ..., "count": ...}, and each is answered by a line, {"rows": [a cost each], "scans": [...]};
so that whoever gives the orders can have both sites take turns, and what else the machine does weighs on both alike.
"""

import itertools
import json
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from functools import partial

import click_cost
import frappe
import peers
from filling import FILLED, connected
from frappe.utils import add_days, getdate, now_datetime
from metering import Visitor, metered, scans

from c2c_frappe.accounts import providers
from c2c_frappe.events import intake, store
from c2c_frappe.pbx.wire.http import HttpResponse
from c2c_frappe.phone_book import backfill, index

CALLS = "PBX Call Log"
MANAGER = "manager@example.com"
PASSWORD = "manager-Passw0rd!"  # noqa: S105 - of a throwaway site on loopback
TOKEN = "bench-token-0123456789"  # noqa: S105
WEBHOOK = "c2c_frappe.api.webhook.receive"
REPORTS = (
	"Call Activity",
	"Talk Time by Agent",
	"Calls by Hour and Weekday",
	"Calls by Outcome",
	"Missed Calls",
	"Leads Nobody Called",
	"List Progress",
	"Unreached Leads",
	"Failures by Reason",
)
BOARD = "c2c_frappe.api.board.today"
DAYS = 30
# Leads between two that are asked for, so that they lie apart.
STEP = 1999
ON_TIMELINE = 25
# As CommPeak pages them.
PAGE = 100
UTC_TEXT = "%Y-%m-%d %H:%M:%S"


class MeasuredSite:
	"""A site, and who visits it: an agent, a manager, and the PBX as a guest."""

	def __init__(self, name: str, url: str, user: str, password: str):
		self.name, self.user = name, user
		with connected(name):
			click_cost.lift_limits()
			_make_manager()
			self.account = _account_with_token()
			self.peers = peers.prepared(user)
			self.leads = frappe.get_all(
				"Lead", {"name": ("like", "LEAD-MEASURED-%")}, pluck="name", order_by="name"
			)
			filled = {"request_id": ("like", f"{FILLED}%")}
			latest = (
				frappe.db.get_value(CALLS, filled, "requested_at", order_by="requested_at desc")
				or now_datetime()
			)
			self.till = getdate(latest)
			# What was measured before would make this day's calls ever more.
			frappe.db.delete(CALLS, {"requested_at": (">", latest)})
			frappe.db.delete("PBX Event", {"received_at": (">", latest)})
		self.agent = Visitor(url, user, password)
		self.manager = Visitor(url, MANAGER, PASSWORD)
		self.pbx = Visitor(url)
		self.pbx.headers.update({"X-PBX-Account": self.account, "X-PBX-Token": TOKEN})
		self._turns = itertools.count()

	def answer(self, part: str, count: int) -> dict:
		"""Do a part so many times; return what each cost, and which statements of the first time scan."""
		costs, first = [], []
		for cost, statements in self._parts()[part](count):
			costs.append(cost)
			first = first or statements
		with connected(self.name):
			return {"rows": costs, "scans": scans(first)}

	def _parts(self) -> dict:
		return {
			"click": self._clicks,
			"event": self._events,
			"records": self._records,
			"numbers": self._numbers,
			"list, agent": partial(self._list, self.agent),
			"list, manager": partial(self._list, self.manager),
			"count, agent": partial(self._count, self.agent),
			"count, manager": partial(self._count, self.manager),
			"form": self._form,
			"connections": self._connections,
			**{report: partial(self._report, report) for report in REPORTS},
			"board": lambda count: self._repeat(count, lambda: self.manager.get(BOARD)),
		}

	def _lead(self) -> str:
		return self.leads[next(self._turns) * STEP % len(self.leads)]

	def _clicks(self, count: int):
		for _click in range(count):
			lead = self._lead()
			with connected(self.name):
				number = frappe.db.get_value("Lead", lead, "mobile_no")
			yield click_cost.turn(self.agent, lead, self.peers, number)

	def _events(self, count: int):
		"""Yield the three events of each call, one after the other."""
		for call in self._requested(count):
			for told in _events_of(call):
				answer, cost, statements = metered(partial(self.pbx.post, WEBHOOK, **told))
				if answer["message"]["outcome"] != store.APPLIED:
					raise RuntimeError(f"an event was not applied: {answer}")
				yield cost, statements

	def _records(self, count: int):
		"""Yield the costs of pages of call records, each record of a call that was dialed here."""
		for _page in range(count):
			rows = [_record_of(call) for call in self._requested(PAGE)]
			with connected(self.name):
				provider = providers.provider_of(frappe.get_doc("PBX Account", self.account))
				answer = HttpResponse(200, json.dumps({"cdrs": rows}))

				def reconcile(provider=provider, answer=answer):
					return intake.receive_records(
						self.account,
						provider.read_records(
							answer,
						).records,
						(),
					)

				outcomes, cost, statements = metered(reconcile)
			if outcomes != {store.APPLIED: PAGE}:
				raise RuntimeError(f"records were not applied: {outcomes}")
			yield {**cost, "count": PAGE}, statements

	def _numbers(self, count: int):
		"""Yield the costs of batches of the back-fill, over Leads whose numbers were forgotten."""
		with connected(self.name):
			names = click_cost.fill_leads(count * backfill.BATCH)[: count * backfill.BATCH]
			index.forget("Lead", names)
			frappe.db.commit()
			after = "LEAD-"
			for _batch in range(count):
				read, cost, statements = metered(partial(backfill._read_batch, "Lead", after))
				after = read[-1]
				frappe.db.commit()
				yield {**cost, "count": backfill.BATCH}, statements

	def _list(self, visitor: Visitor, count: int):
		"""Yield the costs of the first page of the list of calls, as Desk asks for it."""
		asked = {"doctype": CALLS, "fields": json.dumps(_list_fields()), "filters": "[]", "view": "List"}
		asked |= {"order_by": f"`tab{CALLS}`.`requested_at` desc", "start": 0, "page_length": 20}
		return self._repeat(count, lambda: visitor.post("frappe.desk.reportview.get", **asked))

	def _count(self, visitor: Visitor, count: int):
		"""Yield the costs of the number beside the list, which Desk asks for up to a limit."""
		asked = {"doctype": CALLS, "filters": "[]", "fields": "[]", "distinct": "false", "limit": 1001}
		return self._repeat(count, lambda: visitor.post("frappe.desk.reportview.get_count", **asked))

	def _form(self, count: int):
		"""Yield the costs of opening a Lead with calls on its timeline."""
		lead = self._with_calls()

		def act():
			answer = self.agent.get("frappe.desk.form.load.getdoc", doctype="Lead", name=lead)
			if not answer["docinfo"]["additional_timeline_content"]:
				raise RuntimeError("there are no calls on the timeline")

		return self._repeat(count, act)

	def _connections(self, count: int):
		"""Yield the costs of the counts among a Lead's Connections, which Desk asks for after the form."""
		lead = self._with_calls()
		method = "frappe.desk.notifications.get_open_count"
		return self._repeat(count, lambda: self.agent.get(method, doctype="Lead", name=lead))

	def _report(self, report: str, count: int):
		filters = {"from_date": str(add_days(self.till, -DAYS)), "to_date": str(self.till)}
		asked = {"report_name": report, "filters": json.dumps(filters), "ignore_prepared_report": "true"}
		return self._repeat(count, lambda: self.manager.get("frappe.desk.query_report.run", **asked))

	def _repeat(self, count: int, act):
		for _time in range(count):
			_answer, cost, statements = metered(act)
			yield cost, statements

	def _with_calls(self) -> str:
		"""Return a Lead with a full timeline."""
		lead = self.leads[7]
		with connected(self.name):
			missing = ON_TIMELINE - frappe.db.count(
				CALLS, {"reference_doctype": "Lead", "reference_name": lead}
			)
		self._requested(max(0, missing), lead)
		return lead

	def _requested(self, count: int, lead: str = "") -> list[dict]:
		"""Insert calls as they are when the PBX took them; return what events need to know of them."""
		calls = [self._draft(lead or self._lead()) for _call in range(count)]
		with connected(self.name):
			from c2c_frappe.site_time import utc_now

			now = now_datetime()
			columns = {
				"owner": self.user,
				"creation": now,
				"modified": now,
				"requested_at": now,
				"requested_utc": utc_now(),
			}
			columns |= {
				"direction": "Outgoing",
				"status": "Requested",
				"evidence_rank": 13,
				"custom_data": "{}",
			}
			columns |= {"agent": self.user, "extension": "1000", "account": self.account}
			columns["reference_doctype"] = "Lead"
			rows = [[*columns.values(), *call.values()] for call in calls]
			if rows:
				frappe.db.bulk_insert(CALLS, [*columns, *calls[0]], rows)
		return calls

	def _draft(self, lead: str) -> dict:
		name, number = frappe.generate_hash(length=10), f"+447700{lead[-6:]}"
		numbers = {"number": number, "dialed_number": number}
		return {"name": name, "pbx_call_id": f"1790.{name}", "reference_name": lead, **numbers}


def _list_fields() -> list[str]:
	columns = ("name", "owner", "creation", "modified", "modified_by", "_user_tags", "_comments", "_assign")
	columns += (
		"_liked_by",
		"docstatus",
		"idx",
		"status",
		"number",
		"agent",
		"reference_name",
		"reference_doctype",
	)
	return [f"`tab{CALLS}`.`{column}`" for column in (*columns, "requested_at")]


def _utc(seconds: int = 0) -> str:
	return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime(UTC_TEXT)


def _events_of(call: dict) -> list[dict]:
	"""Return what CommPeak posts of a call that was answered and ended."""
	known = {"uniqueid": call["pbx_call_id"], "call": call["name"], "extension": "1000", "direction": "out"}
	known |= {"number": call["number"][1:], "started_at": _utc()}
	ended = {"answered_at": _utc(), "ended_at": _utc(30), "duration": "30", "hangup_cause": "ANSWERED"}
	return [
		{**known, "event": "start"},
		{**known, "event": "answer", "answered_at": _utc()},
		{**known, "event": "end", **ended},
	]


def _record_of(call: dict) -> dict:
	"""Return the row of a call in CommPeak's list."""
	return {
		"id": call["pbx_call_id"],
		"uniqueid": call["pbx_call_id"],
		"type": "outgoing",
		"agent_pbxExtension": "1000",
		"destination": call["number"][1:],
		"call_start": _utc(),
		"call_end": _utc(30),
		"bill_duration": "30",
		"hangup_cause": "ANSWERED",
		"custom_fields": json.dumps({"call": call["name"]}),
	}


def _make_manager() -> None:
	if frappe.db.exists("User", MANAGER):
		return
	roles = [{"role": role} for role in ("PBX Manager", "Sales User")]
	values = {"email": MANAGER, "first_name": "Manager", "send_welcome_email": 0, "new_password": PASSWORD}
	frappe.get_doc({"doctype": "User", **values, "roles": roles}).insert()


def _account_with_token() -> str:
	account = frappe.get_doc("PBX Account", frappe.db.get_single_value("PBX Settings", "default_account"))
	account.update({"webhook_token": TOKEN})
	account.save()
	return account.name


def main(*words: str) -> None:
	"""Answer orders until there are no more."""
	site = MeasuredSite(*words)
	with peers.pbx() if site.peers else nullcontext():
		for line in sys.stdin:
			print(json.dumps(site.answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
	main(*sys.argv[1:])
