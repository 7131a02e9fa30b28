"""PBX Request Pair: its fields are all there is to it."""

from frappe.model.document import Document


class PBXRequestPair(Document):
	pass
