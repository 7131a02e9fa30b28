"""Lets the list of calls show outcome, length and time on sites that had it before."""

from c2c_frappe.setup.install import set_list_columns


def execute():
	"""Add the list's settings where nobody has made any."""
	set_list_columns()
