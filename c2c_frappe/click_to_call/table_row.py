"""A row of a table of ours. Posted by itself it is held to what its parent says of it; with its table the parent looks at it."""

import frappe
from frappe.model.document import Document


class TableRow(Document):
	"""What the rows of all tables have in common."""

	def validate(self):
		"""Refuse a new row that its parent would refuse among its others."""
		if self.is_new():
			parent = frappe.get_doc(self.parenttype, self.parent)
			parent.append(self.parentfield, self.as_dict())
			parent.run_method("validate")
