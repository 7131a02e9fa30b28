# ruff: noqa: F821 - written at the end of frappe/config.py, whose names it uses.
# The bench's and the site's own config files again (added by embedded/unpack.py) instead of environment
# variables. Read anew each time: a change counts from the next request, a little sooner than on a bench.
import json


def get_site_config(sites_path=None, site_path=None, *, cached=False):
	import frappe

	sites_path = sites_path or getattr(frappe.local, "sites_path", None) or os.path.abspath(".")
	site_path = site_path or getattr(frappe.local, "site_path", None)
	config = _dict(get_common_site_config(sites_path))
	if site_path or os.path.exists(os.path.join(sites_path, "currentsite.txt")):
		path = site_path or os.path.join(sites_path, frappe.default_site(sites_path))
		with open(os.path.join(path, "site_config.json")) as file:
			config.update(json.load(file))
	return config


def get_common_site_config(sites_path=None, cached=False):
	with open(os.path.join(sites_path or ".", "common_site_config.json")) as file:
		return _dict(json.load(file))
