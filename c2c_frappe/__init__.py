"""Click-to-call for ERPNext and Frappe, for any PBX. Nothing here but the version."""

__version__ = "0.1.0"
