"""PBX Line Rule: its fields are all there is to it; what it may say, accounts/line_rules.py decides."""

from c2c_frappe.click_to_call.table_row import TableRow


class PBXLineRule(TableRow):
	pass
