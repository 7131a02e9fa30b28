"""Ready-made forms for PBXs that need no code: data files, each written from a vendor's page. Sends nothing.

A file says which page it is from, what is only assumed, what the admin has to put in (blanks, such as YOUR_SID, and
which secret is which), and the values of the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import dial_response
from c2c_frappe.pbx.providers.generic_http.template import BLANK
from c2c_frappe.pbx.text import _


@dataclass(frozen=True)
class Profile:
	"""One vendor's form: `blanks` and `secrets` say by name what belongs there; `values` are settings by name."""

	slug: str
	label: str
	page: str
	support: str
	note: str
	assumed: tuple[str, ...]
	blanks: Mapping[str, str]
	secrets: Mapping[str, str]
	values: Mapping[str, Any] = field(repr=False)

	def filled(self, blanks: Mapping[str, str]) -> dict[str, Any]:
		"""Return the values with these texts in place of the blanks; a blank without one stays, to be refused."""
		given = {name: text for name, text in blanks.items() if text}
		return {name: _replaced(value, given) for name, value in self.values.items()}

	def capabilities(self) -> dict[str, bool]:
		"""Return what the form makes of the PBX, by the names of `Capabilities`."""
		rules = [row["reads"] for row in self.values.get("answer_rules", ())]
		texts = list(_texts(self.values))
		return {
			"custom_data": any("{call}" in text or "{custom." in text for text in texts),
			"call_id": dial_response.CALL_ID in rules,
			"confirms_dial": not self.values.get("accept_unknown"),
			"events": bool(self.values.get("event_rules")),
		}


@cache
def every() -> dict[str, Profile]:
	"""Return all profiles by their slug, in the order of their labels."""
	folder = files(__package__).joinpath("profiles")
	profiles = [
		_read(file.name.removesuffix(".json"), json.loads(file.read_text("utf-8")))
		for file in folder.iterdir()
		if file.name.endswith(".json")
	]
	return {profile.slug: profile for profile in sorted(profiles, key=lambda each: each.label.lower())}


def get(slug: str) -> Profile:
	"""Return a profile; raise ConfigurationError when there is none of that name."""
	if slug not in every():
		raise ConfigurationError(_("There is no profile called {0}.", slug), "profile")
	return every()[slug]


def support_table() -> list[dict]:
	"""Return what each profile can do, one dict a profile, as `c2c-pbx providers` and the docs show it."""
	return [
		{"profile": p.slug, "label": p.label, "docs": p.page, "support": p.support, **p.capabilities()}
		for p in every().values()
	]


def _read(slug: str, content: dict) -> Profile:
	return Profile(slug=slug, **{**content, "assumed": tuple(content["assumed"])})


def _replaced(value: Any, texts: Mapping[str, str]) -> Any:
	if isinstance(value, list):
		return [{column: _replaced(cell, texts) for column, cell in row.items()} for row in value]
	return BLANK.sub(lambda blank: texts.get(blank[0], blank[0]), value)


def _texts(values: Mapping[str, Any]) -> Iterator[str]:
	for value in values.values():
		if isinstance(value, str):
			yield value
		else:
			yield from (cell for row in value for cell in row.values())
