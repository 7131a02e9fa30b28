"""The numbers an agent dialed or was called from last, for the dial pad. Shows none that its record hides from them."""

from __future__ import annotations

from datetime import timedelta

from c2c_frappe.call_log import rows
from c2c_frappe.desk import number_masking
from c2c_frappe.pbx.numbers.phone_text import HIDDEN
from c2c_frappe.replies import screen_pop
from c2c_frappe.site_time import utc_now

MAX_SHOWN = 5
# Enough to find so many different ones among, and days that bound the look at the log.
MAX_READ, PERIOD = 50, timedelta(days=7)


def of_agent(user: str) -> list[dict]:
	"""Return [{number, title, reference_doctype, reference_name, fieldname, row}], the latest first, each number once.

	Without a record all but `number` are "". Calls of records that are gone or that the user may not read are left out.
	"""
	numbers: dict[tuple, dict] = {}
	for row in rows.list_for_agent(user, utc_now() - PERIOD, MAX_READ):
		key = row["dialed_number"], row["number_extension"] or ""
		if len(numbers) < MAX_SHOWN and key not in numbers and (entry := _entry(row, user)):
			numbers[key] = entry
	return list(numbers.values())


def _entry(row: dict, user: str) -> dict | None:
	doctype, name = place = rows.place_of(row) or ("", "")
	title = screen_pop.title_for(*place, row["contact"], user) if name else ""
	if name and not title:
		return None
	reader = number_masking.reader_of(*place) if name else number_masking.Reader()
	number = reader.number(row)
	where = {"fieldname": "", "row": "", **reader.place(row)}
	found = {"number": number, "title": title, "reference_doctype": doctype, "reference_name": name, **where}
	return found if number != HIDDEN else None
