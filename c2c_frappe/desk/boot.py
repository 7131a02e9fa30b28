"""What the Desk learns at boot, from the tables of the server. No secret and no policy goes to the browser."""

from __future__ import annotations

import frappe

from c2c_frappe import current_settings, messages, permissions
from c2c_frappe.accounts import extensions
from c2c_frappe.pbx.calls import status_style
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import variables
from c2c_frappe.phone_book import fields


def extend(bootinfo) -> None:
	"""Add `c2c` for users who may call, `c2c_accounts` for who looks after the PBX; others see plain numbers."""
	if permissions.is_offered_calls():
		bootinfo.c2c = _for_calls()
	if permissions.sees_all():
		bootinfo.c2c_accounts = _for_the_form_of_an_account()


def _for_calls() -> dict:
	user, settings = frappe.session.user, current_settings.settings()
	phones = extensions.phones_of(user)
	return {
		"extension": extensions.phone_of(user).extension,
		**({"phones": phones} if phones else {}),
		**({"device_calls": True} if settings.allow_device_calls else {}),
		**({"lines": True} if settings.line_rules else {}),
		"phone_fields": fields.field_rules(),
		"statuses": status_style.for_browser(),
		"any_number": bool(settings.allow_any_number),
	}


def _for_the_form_of_an_account() -> dict:
	"""Return {providers: [{value, label}], variables: [names]}."""
	provider_classes = registry.PROVIDERS.values()
	return {
		"providers": [
			{"value": each.slug, "label": messages.sentence(each.label)} for each in provider_classes
		],
		"variables": list(variables.LISTED),
	}
