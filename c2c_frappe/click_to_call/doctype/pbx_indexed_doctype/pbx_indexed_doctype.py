"""PBX Indexed DocType: its fields are all there is to it."""

from frappe.model.document import Document


class PBXIndexedDocType(Document):
	pass
