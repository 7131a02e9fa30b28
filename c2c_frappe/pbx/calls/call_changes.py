"""What a change of a call's row is worth telling to other tools, and what is told of it. Pure.

The address of a recording is never part of it: in its place stands a mark that says there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

# One of these makes a change worth telling.
TELLING = (
	"status",
	"agent",
	"reference_doctype",
	"reference_name",
	"contact",
	"disposition",
	"recording_url",
)
FACTS = (
	"status", "failure_code", "message", "agent", "extension", "reference_doctype", "reference_name", "contact",
	"answered_at", "ended_at", "duration", "pbx_call_id", "disposition", "recording_url",
)  # fmt: skip
HIDDEN_RECORDING = "*****"
# A change that a listener made of a change that a listener made ...: what goes on longer is a loop.
MAX_DEPTH = 5


def difference(row: Mapping, values: Mapping) -> dict | None:
	"""Return {changed, before, after} of writing these values into a row, or None when nobody need be told.

	`after` holds all facts as they are then, `before` those that were another.
	"""
	before = {name: _shown(name, row.get(name)) for name in FACTS}
	after = {**before, **{name: _shown(name, values[name]) for name in FACTS if name in values}}
	changed = [name for name in FACTS if before[name] != after[name]]
	if not set(changed) & set(TELLING):
		return None
	return {"changed": changed, "before": {name: before[name] for name in changed}, "after": after}


def _shown(name: str, value: object) -> object:
	if name == "recording_url":
		return HIDDEN_RECORDING if value else None
	return value or None
