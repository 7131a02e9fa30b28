"""What the Desk's scripts may know of Frappe: patches in one file, and views that another Desk could show as they are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "c2c_frappe/public/js"
FILES = sorted(file for file in SCRIPTS.rglob("*.js"))
# Forms, lists and tables are Frappe's own; everything else draws and decides without it.
KNOW_FRAPPE = {
	"desk.js",
	"extension_choices.js",
	"account/extension_list.js",
	"frappe_desk.js",
	"frappe_dialog.js",
	"frappe_time.js",
	"own_forms.js",
	"patches.js",
	"board/board_server.js",
	"account/ask.js",
	"account/extensions_dialog.js",
	"account/preview_dialog.js",
	"account/providers.js",
	"click/form_button.js",
	"click/handler.js",
	"click/phone_fields.js",
	"click/target.js",
	"icons/icons.js",
	"icons/list_icons.js",
}
OF_FRAPPE = re.compile(r"(?<![\w/.])(?:frappe\.(?!bundle)|cur_(?:frm|list|dialog)\b|locals\b|jQuery\b|\$\()")
PATCHES = re.compile(r"\.prototype\b|\bsetup_phone\b|\bstopImmediatePropagation\b")
# A module names it where a class is looked up, and the page of the architecture by the class.
WRAPPED = re.compile(r"frappe\.\w+\?\.(\w+), \"(\w+)\"")


def name_of(file):
	return file.relative_to(SCRIPTS).as_posix()


def code_of(file):
	"""Return a script without its comments."""
	return re.sub(r"^\s*//.*$", "", file.read_text(), flags=re.MULTILINE)


def test_the_frappe_of_a_view_is_the_adapter_alone():
	"""The strip, dialogs and icon buttons name nothing of Frappe's page: Desk v2 is written in Vue."""
	assert {name_of(file) for file in FILES if OF_FRAPPE.search(code_of(file))} == KNOW_FRAPPE


@pytest.mark.parametrize("text", ["frappe.boot", "cur_frm.doc", "$(document)", "x = locals[dt]"])
def test_what_is_of_frappe_is_seen(text):
	"""The rule above sees what it is there for."""
	assert OF_FRAPPE.search(text)


@pytest.mark.parametrize("text", ['"../frappe_desk"', "c2c_frappe.api.call", "`${name}`"])
def test_what_is_ours_is_not_taken_for_frappes(text):
	"""The rule above lets our own pass."""
	assert not OF_FRAPPE.search(text)


def test_patches_stand_in_one_file():
	"""Nothing else changes what is Frappe's or ERPNext's."""
	assert {name_of(file) for file in FILES if PATCHES.search(code_of(file))} == {"patches.js"}


def test_the_architecture_names_every_patch():
	"""What is wrapped is in the table, and what is in the table is wrapped."""
	wrapped = {".".join(pair) for pair in WRAPPED.findall((SCRIPTS / "patches.js").read_text())}
	page = (ROOT / "ARCHITECTURE.md").read_text().partition("## What is patched on the Desk")[2]
	rows = re.findall(r"^\| `(\w+\.\w+)` \|", page, re.MULTILINE)
	assert len(wrapped) == 6 and sorted(rows) == sorted(wrapped)


def test_strip_does_not_import_clicks_or_icons():
	"""Rooms have one direction: icons use clicks, and clicks the strip."""
	above = {"strip": "click|icons|lists", "click": "icons|lists", "icons": "lists"}
	for room, others in above.items():
		for file in (SCRIPTS / room).glob("*.js"):
			assert not re.search(rf'from "\.\./(?:{others})/', file.read_text()), file


def test_browser_tests_wait_for_signs_and_not_for_time():
	"""A fixed pause is too short on a busy machine and too long on a quiet one."""
	files = sorted((ROOT / "tests/browser").glob("*.py"))
	assert files
	assert [file.name for file in files if "wait_for_timeout" in file.read_text()] == []
	# A look at a time until something is so.
	assert [file.name for file in files if "time.sleep" in file.read_text()] == ["desk_page.py"]
