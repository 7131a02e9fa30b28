# ruff: noqa: F403
# Frappe's own after_install asks for this module (written by embedded/unpack.py).
from frappe.tests.utils import *


def _clear_test_log():
	pass
