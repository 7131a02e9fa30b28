"""Imports made before they were called as their file is."""

from __future__ import annotations

import frappe

from c2c_frappe.events import file_rows

DOCTYPE = "PBX Call Import"


def execute() -> None:
	"""Give each import that has none a title; a second run changes nothing."""
	for name, file in frappe.get_all(DOCTYPE, {"title": ("is", "not set")}, ["name", "file"], as_list=True):
		frappe.db.set_value(DOCTYPE, name, "title", file_rows.name_of(file), update_modified=False)
