"""PBX Call Change: each change of a call that waits to be told, written in the transaction of the change itself.

Tells nobody: that is automation/drain.py, which is woken after the commit, and by the scheduler each minute.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import frappe
import redis
from frappe import _
from frappe.query_builder.functions import Min
from frappe.realtime import get_doctype_room
from frappe.utils import add_to_date, now, now_datetime
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from c2c_frappe.pbx.calls.call_changes import MAX_DEPTH

DOCTYPE = "PBX Call Change"
DRAIN = "c2c_frappe.automation.drain.run"
# How deep the change lies whose listeners are running, in `frappe.flags`.
DEPTH_FLAG = "c2c_call_change_depth"
PATIENCE = 0.5
# The realtime event to open boards.
CHANGED_EVENT = "pbx_calls_changed"
_STORED = ["name", "call", "change", "depth", "tries", "done", "posts", "modified"]
_COLUMNS = ("name", "creation", "modified", "owner", "modified_by", "call", "change", "depth")


def add(changes: Sequence[tuple[str, int, dict]]) -> None:
	"""Keep changes (call, its how many-th, what changed) to be told once the caller has committed; one statement."""
	depth = frappe.flags.get(DEPTH_FLAG, -1) + 1
	if depth > MAX_DEPTH:
		frappe.log_error(
			_("Call changes stopped: loop"), "\n".join(call for call, _number, _change in changes)
		)
		return
	moment, user = now(), frappe.session.user
	query = frappe.qb.into(frappe.qb.DocType(DOCTYPE)).columns(*_COLUMNS)
	for call, number, change in changes:
		text = json.dumps({"sequence": number, "at": moment, **change}, default=str)
		# In the order of their names the changes of a call are in the order they were made.
		query = query.insert(f"{call}-{number:06}", moment, moment, user, user, call, text, depth)
	query.run()
	frappe.db.after_commit.add(wake)
	# Says only that something changed, to who may read calls at all: each reader asks for what they may see.
	frappe.publish_realtime(CHANGED_EVENT, room=get_doctype_room("PBX Call Log"), after_commit=True)


def wake() -> None:
	"""Let a worker tell what waits, soon."""
	try:
		_require_queue()
		frappe.enqueue(DRAIN, job_id="c2c_call_changes", deduplicate=True)
	except (RedisError, OSError):
		# The click or the event goes on; the scheduler drains what waits once Redis is back.
		frappe.logger("c2c_frappe").warning("Call changes wait: the queue cannot be reached.")


def _require_queue() -> None:
	"""Raise at once where Redis is away: Frappe would let the click wait seconds for it."""
	if address := frappe.conf.redis_queue:
		with redis.from_url(address, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as connection:
			with suppress(ResponseError, AuthenticationError):
				connection.ping()


def waiting_calls(limit: int) -> list[str]:
	"""Return the calls that have changes to tell, the one that waits longest first."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.call).where(table.is_told == 0).groupby(table.call)
	return query.orderby(Min(table.creation)).limit(limit).run(pluck=True)


def first(call: str) -> dict | None:
	"""Return a call's oldest change that waits, or None."""
	found = frappe.get_all(DOCTYPE, {"call": call, "is_told": 0}, _STORED, order_by="name", limit=1)
	return found[0] if found else None


def by_name(name: str) -> dict | None:
	"""Return a change that is not over, or None."""
	return frappe.db.get_value(DOCTYPE, name, _STORED, as_dict=True)


def told(limit: int = 500) -> list[tuple[str, list[tuple[str, str]]]]:
	"""Return (name, what is left to post) of changes whose other listeners heard a minute ago or before, the oldest first."""
	filters = {"is_told": 1, "modified": ("<", add_to_date(now_datetime(), minutes=-1))}
	found = frappe.get_all(DOCTYPE, filters, ["name", "posts"], order_by="creation", limit=limit)
	return [(row["name"], posts_of(row)) for row in found]


def posts_of(change: dict) -> list[tuple[str, str]]:
	"""Return the (event, Webhook) of a change that are to be posted still."""
	return [(event, webhook) for event, webhook in json.loads(change["posts"] or "[]")]


def postpone(name: str, tries: int, done: Sequence[str], posts: Sequence[tuple[str, str]]) -> None:
	"""Keep a change some listener failed at: who need not hear it again, and what more is to be posted; the caller commits."""
	_is_told, left = _lock(name)
	kept = {"tries": tries, "done": json.dumps(sorted(done)), "posts": json.dumps([*left, *posts])}
	frappe.db.set_value(DOCTYPE, name, kept)


def end(name: str, posts: Sequence[tuple[str, str]]) -> None:
	"""End a change that was told: delete it, or keep it until this, too, is posted; the caller commits."""
	_is_told, left = _lock(name)
	_keep_or_delete(name, True, [*left, *posts])


def end_post(name: str, post: tuple[str, str]) -> None:
	"""Note that this was posted, and delete a change of which nothing is left; the caller commits."""
	is_told, left = _lock(name)
	_keep_or_delete(name, is_told, [each for each in left if each != post])


def _lock(name: str) -> tuple[bool, list[tuple[str, str]]]:
	"""Lock a change; return whether it was told, and what is to be posted: a worker may post while it is told."""
	change = frappe.db.get_value(DOCTYPE, name, ["is_told", "posts"], as_dict=True, for_update=True)
	return (bool(change["is_told"]), posts_of(change)) if change else (True, [])


def _keep_or_delete(name: str, is_told: bool, left: Sequence[tuple[str, str]]) -> None:
	if left or not is_told:
		frappe.db.set_value(DOCTYPE, name, {"is_told": int(is_told), "posts": json.dumps(left)})
	else:
		frappe.db.delete(DOCTYPE, {"name": name})


def forget(calls: Sequence[str]) -> None:
	"""Delete what waits about these calls, told or not; the caller commits."""
	frappe.db.delete(DOCTYPE, {"call": ("in", calls)})
