"""A number a Lead was made for, so that none is made twice. Written by `automation/caller_leads.py` alone."""

from frappe.model.document import Document


class PBXCallerLead(Document):
	"""Stays when its Lead is deleted: who deleted it wants no other."""
