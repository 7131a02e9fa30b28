"""PBX Allowed Country: its fields are all there is to it."""

from frappe.model.document import Document


class PBXAllowedCountry(Document):
	pass
