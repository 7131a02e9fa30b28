"""The custom data a PBX keeps with a call: pairs from a fixed list of values, never a template language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LEADS = ("Lead", "CRM Lead")
VALUES = ("lead", "reference_name", "reference_doctype", "call", "user", "company", "site")


def fill(pairs: Iterable[tuple[str, str]], values: Mapping[str, str]) -> dict[str, str]:
	"""Return key and value of each (key, name of a value) pair that has one; `lead` is the name of a Lead, ERPNext's or Frappe CRM's."""
	lead = values["reference_name"] if values["reference_doctype"] in LEADS else ""
	variables = {**values, "lead": lead}
	return {key: variables[name] for key, name in pairs if variables[name]}
