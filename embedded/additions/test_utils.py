# ruff: noqa: F401
# Where Frappe 15 keeps its test classes (added by embedded/unpack.py).
from frappe.tests.compat import FrappeTestCase, change_settings
