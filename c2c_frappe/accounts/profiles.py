"""Ready-made forms of PBXs, for the form of a PBX Account. Saves nothing, knows no secret."""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe.messages import sentence
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import fields, profiles

# The account's own, whatever PBX it is: a profile leaves them as they are.
_KEPT = {"default_country", "connect_timeout", "ca_file", "allow_http"}


def describe() -> list[dict]:
	"""Return what a manager chooses from: {profile, label, note, page, support, assumed, blanks, secrets} each."""
	return [
		{
			"profile": each.slug,
			"label": each.label,
			"note": _(each.note),
			"page": each.page,
			"support": _(each.support),
			"assumed": [_(text) for text in each.assumed],
			"blanks": {name: _(text) for name, text in each.blanks.items()},
			"secrets": {name: _(text) for name, text in each.secrets.items()},
		}
		for each in profiles.every().values()
	]


def values_of(slug: str, blanks: dict) -> dict:
	"""Return the form's values by field: those of the profile, and the default of every other field it describes."""
	try:
		profile = profiles.get(slug)
	except ConfigurationError as error:
		frappe.throw(sentence(error.message))
	described = (s for s in fields.SETTINGS if s.kind != "password" and s.name not in _KEPT)
	empty = {s.name: [] if s.kind == "table" else s.default for s in described}
	filled = profile.filled({str(name): str(text).strip() for name, text in blanks.items()})
	return {**empty, **filled, "profile": profile.label}
