"""The documentation on the site: of who is logged in, of the folder docs and nothing else."""

from __future__ import annotations

import re

import frappe
from frappe.website.serve import get_response

from c2c_frappe.desk import documentation
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, SiteCase


class TestDocumentation(SiteCase):
	def status_of(self, page: str, user: str = MANAGER) -> int:
		with site.as_user(user), site.web_request():
			return get_response(f"c2c-docs/{page}").status_code

	def test_page_a_form_links_is_there(self):
		forms = {"module": "Click To Call", "istable": 0, "custom": 0}
		for name in frappe.get_all("DocType", forms, pluck="name"):
			page = frappe.get_meta(name).documentation.partition("#")[0].removeprefix("/c2c-docs/")
			self.assertEqual(self.status_of(page, AGENT), 200, name)

	def test_guest_reads_none(self):
		self.assertNotEqual(self.status_of("administration", "Guest"), 200)

	def test_what_is_no_page_is_not_found(self):
		for path in ("nothing", "../README", "providers", "images/account.png"):
			self.assertEqual(self.status_of(path), 404, path)

	def test_links_within_lead_to_pages_and_headings(self):
		"""A heading's anchor is the one that pages link to, as on a page of the repository."""
		pages = {name: documentation.read(name)["page_html"] for name in documentation._pages()}
		self.assertIn("administration", pages)
		for name, html in pages.items():
			for target, anchor in re.findall(r'href="/c2c-docs/([^"#]+)#?([^"]*)"', html):
				self.assertIn(target, pages, name)
				self.assertTrue(not anchor or f'id="{anchor}"' in pages[target], f"{name}: {target}#{anchor}")

	def test_pictures_are_in_the_page(self):
		self.assertIn('src="data:image/png;base64,', documentation.read("administration")["page_html"])
