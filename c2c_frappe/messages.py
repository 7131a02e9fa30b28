"""Puts a sentence of the core, or a number, into the words of whoever reads it. Decides and stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.translate import get_user_lang

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.formula_escaping import escape
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.text import Text

_AS_TEXT = {ord("<"): "‹", ord(">"): "›"}


def display(number: str | None) -> str:
	"""Return an E.164 number as people write it, anything else (Frappe 16's masks) as it is, "" for none."""
	try:
		return phone.display(number, "") if number else ""
	except InvalidNumberError:
		return number


def sentence(text: str) -> str:
	"""Return a sentence of the core in the user's language, fit for any place on a page.

	It may repeat what a PBX said or somebody typed, and Frappe's report view shows texts as the HTML they may be:
	so it has no < and no >, is one line, and no formula of a spreadsheet.
	"""
	translated = (text.translated(_) if isinstance(text, Text) else text).translate(_AS_TEXT)
	return escape("".join(character if character.isprintable() else " " for character in translated))


def words(text: str | None) -> str | None:
	"""Return what somebody wrote, fit for any place on a page as a sentence is, with its lines as they are.

	Frappe's own filter keeps markup in what looks like JSON, and sees nothing that a statement writes.
	"""
	return escape(text.translate(_AS_TEXT)) if text else text


@contextmanager
def in_language_of(user: str) -> Iterator[None]:
	"""Put texts into the language of a user who reads them, and not of the process that happens to write them."""
	before = frappe.local.lang
	frappe.local.lang = get_user_lang(user) if user else before
	try:
		yield
	finally:
		frappe.local.lang = before
