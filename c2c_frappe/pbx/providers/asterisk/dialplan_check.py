"""Whether an account's context is the documented dialplan: its extension `check` says so as a user event. Rings nobody.

A Local channel runs that extension and is gone; a context of one's own that has none says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from c2c_frappe.pbx.providers.base import EventQuestion, EventStream, Finding
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire.http import HttpRequest

# The event of the documented dialplan, the extension that sends it, and the version that this app knows.
EVENT, EXTENSION, VERSION = "C2CCheck", "check", "1"


def question(request: Callable[..., HttpRequest], stream: EventStream, context: str) -> EventQuestion:
	"""Return what asks the dialplan of a context."""
	place = {"context": context, "extension": EXTENSION, "priority": 1}
	endpoint = f"Local/{EXTENSION}@{context}/n"
	asking = request("POST", "channels", body={"endpoint": endpoint, **place, "timeout": 2})

	def is_answer(event: Mapping) -> bool:
		place = (event.get("channel") or {}).get("dialplan") or {}
		return _report(event).get("eventname") == EVENT and place.get("context") == context

	return EventQuestion(stream, replace(asking, is_question=True), is_answer)


def read(finding: Finding, event: Mapping | None, context: str) -> Finding:
	"""Return a finding with what the dialplan said."""
	version = str(_report(event or {}).get("version") or "")
	if version == VERSION:
		return replace(
			finding,
			message=_("{0} The context {1} is the documented dialplan.", finding.message, context),
			unchecked=(_("Whether the trunk reaches the customer, and the phone of each extension rings."),),
		)
	if version:
		sentence = _(
			"The dialplan in the context {0} is another version. Copy it again from the documentation.",
			context,
		)
	else:
		sentence = _(
			"The context {0} does not match the documented dialplan. If it is your own, only a real call shows"
			" whether it exists and dials the customer.",
			context,
		)
	return replace(finding, unchecked=(sentence, *finding.unchecked[1:]))


def _report(event: Mapping) -> Mapping:
	report = event.get("userevent")
	return report if isinstance(report, Mapping) else {}
