"""PBX Answer Rule: its fields are all there is to it."""

from frappe.model.document import Document


class PBXAnswerRule(Document):
	pass
