"""Drops the workspace's chart of failures, whose reasons no chart of the Desk has room for: the board shows them."""

import frappe


def execute():
	"""Delete the chart where it is."""
	frappe.delete_doc("Dashboard Chart", "PBX Failures by Reason", ignore_missing=True, force=True)
