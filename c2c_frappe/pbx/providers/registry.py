"""The list of providers. A new one is a module, a line here and a section of PBX Account; tests compare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.asterisk.provider import Asterisk
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.pbx.providers.commpeak.provider import CommPeak
from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.providers.primevox.provider import Primevox
from c2c_frappe.pbx.text import _

PROVIDERS: dict[str, type[Provider]] = {
	provider.slug: provider for provider in (CommPeak, Primevox, Asterisk, GenericHttp)
}


def build(slug: str, values: Mapping[str, object]) -> Provider:
	"""Return the provider for an account's settings; raise ConfigurationError if they cannot work."""
	if slug not in PROVIDERS:
		named = slug or "\u2014"  # not within _(), where a literal is taken for a translation's context
		raise ConfigurationError(_("There is no provider called {0}.", named), "provider")
	return PROVIDERS[slug](values)


def support_table() -> list[dict]:
	"""Return what each provider can do, one dict a provider, as `c2c-pbx providers` and the docs show it."""
	return [
		{"provider": p.slug, "label": p.label, "docs": p.docs_url, **asdict(p.capabilities)}
		for p in PROVIDERS.values()
	]
