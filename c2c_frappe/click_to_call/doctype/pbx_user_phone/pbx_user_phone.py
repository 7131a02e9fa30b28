"""PBX User Phone: its fields are all there is to it; whose extension is whose, accounts/extensions.py decides."""

from c2c_frappe.click_to_call.table_row import TableRow


class PBXUserPhone(TableRow):
	pass
