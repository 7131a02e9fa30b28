"""PBX Event: its fields are all there is to it."""

from frappe.model.document import Document


class PBXEvent(Document):
	pass
