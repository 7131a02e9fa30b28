"""PBX Custom Data Field: its fields are all there is to it."""

from frappe.model.document import Document


class PBXCustomDataField(Document):
	pass
