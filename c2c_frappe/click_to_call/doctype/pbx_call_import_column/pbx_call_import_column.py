"""PBX Call Import Column: its fields are all there is to it."""

from c2c_frappe.click_to_call.table_row import TableRow


class PBXCallImportColumn(TableRow):
	pass
