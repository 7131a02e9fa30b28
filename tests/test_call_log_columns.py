"""What people may see, filter and group by in PBX Call Log: what is the app's own bookkeeping is nobody's column."""

import json
from pathlib import Path

DOCTYPE = Path(__file__).parent.parent / "c2c_frappe/click_to_call/doctype/pbx_call_log/pbx_call_log.json"
NOBODYS_LEVEL = 3


def test_bookkeeping_can_be_neither_filtered_nor_grouped_by():
	"""Frappe offers a hidden field to filters and groups, but no field that the reader's level does not reach."""
	described = json.loads(DOCTYPE.read_text())
	hidden = [field for field in described["fields"] if field.get("hidden")]
	assert len(hidden) > 10
	assert [
		f["fieldname"] for f in hidden if f.get("permlevel") != NOBODYS_LEVEL or not f.get("report_hide")
	] == []
	assert NOBODYS_LEVEL not in {rule.get("permlevel", 0) for rule in described["permissions"]}


def test_the_list_shows_who_how_and_when():
	fields = json.loads(DOCTYPE.read_text())["fields"]
	shown = {field["fieldname"] for field in fields if field.get("in_list_view")}
	assert shown == {"status", "number", "agent", "disposition", "duration", "requested_at"}
