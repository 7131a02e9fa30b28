"""Who hears of a call's change, each by itself: the document events Frappe's tools live on, and the hook of ours.

No document is saved for it. Each listener gets a document of its own, with the values the change left behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import frappe
from frappe.core.doctype.server_script.server_script_utils import run_server_script_for_doc_event
from frappe.integrations.doctype.webhook import run_webhooks
from frappe.utils import get_datetime

from c2c_frappe.call_log.rows import DOCTYPE, TOLD_FLAG

EVENTS = ("on_update", "on_change")
HOOK = "c2c_call_changed"
# This app's own, which hears last.
OWN = "c2c_frappe.automation.caller_leads.consider"
_TIMES = ("answered_at", "ended_at")


def read_done(change: dict) -> set[str]:
	"""Return the names of the listeners that need not hear a change again."""
	return set(json.loads(change["done"] or "[]"))


def of_change(
	row: dict, change: dict, posts: list[tuple[str, str]]
) -> Iterator[tuple[str, Callable[[], object]]]:
	"""Yield (name, what runs it) of each listener to a change, given the call's row as it is now.

	That of Webhooks posts nothing: it adds the (event, Webhook) that are to be posted to `posts`.
	"""
	document = partial(document_of, row, change)
	if not change.get("is_saved"):
		for event in EVENTS:
			yield from _of_event(document, event)
			yield f"{event} Webhook", partial(_collect, document, event, posts)
	payload = {name: change[name] for name in ("sequence", "at", "changed", "before", "after")}
	for path in (*frappe.get_hooks(HOOK), OWN):
		yield path, partial(_call, path, document, {"call": row["name"], **payload})


def _of_event(document: Callable, event: str) -> Iterator[tuple[str, Callable[[], object]]]:
	for doctype, events in frappe.get_hooks("doc_events", {}).items():
		if {DOCTYPE, "*"} & set(doctype if isinstance(doctype, tuple) else (doctype,)):
			paths = events.get(event, [])
			for path in [paths] if isinstance(paths, str) else paths:
				yield f"{event} {path}", partial(_call, path, document, event)
	yield f"{event} Notification", lambda: document().run_notifications(event)
	yield f"{event} Server Script", lambda: run_server_script_for_doc_event(document(), event)


def _call(path: str, document: Callable, argument) -> None:
	frappe.get_attr(path)(document(), argument)


def _collect(document: Callable, event: str, posts: list[tuple[str, str]]) -> None:
	# What listeners before had queued for other documents stays Frappe's to post.
	of_others, frappe.local._webhook_queue = getattr(frappe.local, "_webhook_queue", None), None
	try:
		run_webhooks(document(), event)
		posts.extend((event, each.webhook["name"]) for each in frappe.local._webhook_queue or [])
	finally:
		frappe.local._webhook_queue = of_others


def document_of(row: dict, change: dict):
	"""Return the call as the change left it, knowing what it was before."""
	after = _read(change["after"])
	document = frappe.get_doc({"doctype": DOCTYPE, **row, **after})
	document._doc_before_save = frappe.get_doc(
		{"doctype": DOCTYPE, **row, **after, **_read(change["before"])}
	)
	document.flags[TOLD_FLAG] = after
	return document


def _read(facts: dict) -> dict:
	return {**facts, **{name: get_datetime(facts[name]) for name in _TIMES if facts.get(name)}}
