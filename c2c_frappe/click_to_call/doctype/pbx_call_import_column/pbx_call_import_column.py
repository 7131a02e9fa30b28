"""PBX Call Import Column: its fields are all there is to it."""

from frappe.model.document import Document


class PBXCallImportColumn(Document):
	pass
