"""PBX Disposition: its fields are all there is to it."""

from frappe.model.document import Document


class PBXDisposition(Document):
	pass
