"""Site tests. They change settings and delete what they made, so they load only where a site says that it is for tests.

Without `c2c_test_site` in its site_config.json (`./dev test` writes it for the sites it makes), a run ends with one
sentence before anything of the site is changed.
"""

from __future__ import annotations

import frappe

FLAG = "c2c_test_site"
NO_TEST_SITE = (
	"{0} does not say that it is a test site, so its data was left alone."
	" If nobody needs that data: bench --site {0} set-config " + FLAG + " 1"
)


def require_test_site() -> None:
	"""End the run, with a sentence, on a site whose configuration lacks the flag."""
	if not frappe.conf.get(FLAG):
		raise SystemExit(NO_TEST_SITE.format(frappe.local.site))


# Programs that a test starts load this before they are connected to its site.
if getattr(frappe.local, "site", None):
	require_test_site()
