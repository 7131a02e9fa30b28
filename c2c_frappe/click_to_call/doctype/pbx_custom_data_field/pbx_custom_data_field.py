"""PBX Custom Data Field: its fields are all there is to it."""

from c2c_frappe.click_to_call.table_row import TableRow


class PBXCustomDataField(TableRow):
	pass
