"""What a stranger reads first names no made-up contact and nothing that was to be filled in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "c2c_frappe/locale"
READ_FIRST = ("pyproject.toml", "c2c_frappe/hooks.py", "SECURITY.md", "README.md")
# Names that RFC 2606 keeps free of owners, and what templates leave behind: a project's, Babel's.
PLACEHOLDER = re.compile(
	r"\bexample\.(?:com|org|net)\b|\.(?:example|invalid|test)\b|\byou@|\bTODO\b|\bFIXME\b|your (?:company|name)\b"
	r"|EMAIL@ADDRESS|LL@li\.org|FULL NAME|\bFIRST AUTHOR\b|lorem ipsum|<your[ -]",
	re.IGNORECASE,
)


def placeholders(text):
	# A ToDo is a DocType of Frappe.
	return [found for found in PLACEHOLDER.findall(text) if found not in ("ToDo", "todo")]


@pytest.mark.parametrize("name", READ_FIRST)
def test_what_is_read_first_holds_no_placeholder(name):
	"""A contact that nobody reads is worse than none."""
	assert placeholders((ROOT / name).read_text()) == []


@pytest.mark.parametrize("file", sorted(LOCALE.glob("*.po*")), ids=lambda file: file.name)
def test_the_head_of_translations_holds_no_placeholder(file):
	"""Frappe's commands write app_email there, and Babel a placeholder of its own where that is empty."""
	head = file.read_text().split("\n\n")[0]
	assert placeholders(head) == []
	assert f"Report-Msgid-Bugs-To: {hook('app_email')}\\n" in head


def test_the_app_names_a_contact_as_text():
	"""Frappe takes the first text under this name and fails for none; it checks no form of it."""
	assert isinstance(hook("app_email"), str) and hook("app_email").strip()


@pytest.mark.parametrize(
	"text",
	["hello@c2c-frappe.example", "security@example.com", "you@company.com", "TODO: contact", "Your Company"],
)
def test_a_placeholder_is_seen(text):
	"""The rule above sees what it is there for."""
	assert placeholders(text)


@pytest.mark.parametrize("text", ["one ToDo when nobody answered", "for example", "./dev test"])
def test_what_is_none_passes(text):
	"""The rule above lets plain words pass."""
	assert not placeholders(text)


def hook(name):
	tree = ast.parse((ROOT / "c2c_frappe/hooks.py").read_text())
	assignments = (each for each in tree.body if isinstance(each, ast.Assign))
	return next(ast.literal_eval(each.value) for each in assignments if each.targets[0].id == name)
