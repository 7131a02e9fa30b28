"""The board Today. Checks, delegates and returns."""

import frappe

from c2c_frappe.desk import board


@frappe.whitelist()
def today() -> dict:
	"""Return the day's figures, who talks, agents, hours and outcomes, of the calls the caller may see."""
	board.require_reader()
	return board.read()
