"""Drops the index of reports as it was before calls were counted by their outcome; the DocType's update makes it anew."""

import frappe


def execute():
	"""Drop the index, where there is one that lacks the outcome."""
	if frappe.db.db_type != "mariadb" or not frappe.db.table_exists("PBX Call Log"):
		return
	columns = [row.Column_name for row in _columns()]
	if columns and "disposition" not in columns:
		frappe.db.sql_ddl("alter table `tabPBX Call Log` drop index `of_report`")


def _columns() -> list[dict]:
	return frappe.db.sql("show index from `tabPBX Call Log` where Key_name = 'of_report'", as_dict=True)
