"""PBX Indexed DocType: its fields are all there is to it."""

from c2c_frappe.click_to_call.table_row import TableRow


class PBXIndexedDocType(TableRow):
	pass
