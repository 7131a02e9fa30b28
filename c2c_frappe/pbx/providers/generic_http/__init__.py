"""A provider that needs no code: a form describes the requests of a PBX and how its answers are read."""

from c2c_frappe.pbx.providers.generic_http.provider import GenericHttp

__all__ = ["GenericHttp"]
