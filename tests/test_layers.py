"""The direction of imports, as a list of layers by folder: a room imports from the layers below it and from no other.

Reads the sources; imports nothing of them.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "c2c_frappe"
# From the ground up. A room is a folder, or a file that stands beside the folders.
LAYERS = (
	(
		"current_settings.py",
		"form_errors.py",
		"locks.py",
		"reminders.py",
		"site_memory.py",
		"site_time.py",
		"transactions.py",
		"permissions.py",
	),
	("pbx/companies.py", "pbx/errors.py", "pbx/formula_escaping.py", "pbx/text.py"),
	("companies.py", "pbx/numbers", "pbx/wire", "pbx/simulator"),
	("messages.py", "pbx/calls"),
	("pbx/lists",),
	("call_log", "pbx/imports", "pbx/providers"),
	(
		"phone_book",
		"pbx/exchange.py",
		"pbx/recordings.py",
		"pbx/providers/commpeak",
		"pbx/providers/primevox",
		"pbx/providers/asterisk",
		"pbx/providers/generic_http",
	),
	("pbx/providers/registry.py", "setup"),
	("accounts", "replies", "pbx/cli.py"),
	("automation", "dialing", "events", "cli.py"),
	("call_lists", "desk", "frappe_crm", "personal_data.py"),
	("api", "click_to_call", "commands.py", "patches", "www"),
)
ROOMS = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}
FILES = [
	file
	for file in sorted(PACKAGE.rglob("*.py"))
	if "tests" not in file.relative_to(PACKAGE).parts
	and file.parent / file.name not in (PACKAGE / "__init__.py", PACKAGE / "hooks.py")
]
# The door of the core: nothing is in it.
FACES = {"pbx/__init__.py"}


def room_of(file: Path) -> str:
	"""Return the room a file stands in: itself, or the nearest folder that the layers name."""
	place = file.relative_to(PACKAGE)
	for each in (place, *place.parents):
		if each.as_posix() in ROOMS:
			return each.as_posix()
	return place.as_posix()


def imported_files(file: Path) -> set[Path]:
	"""Return the files of the package that a file imports, wherever in it."""
	found = set()
	for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
		if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "c2c_frappe":
			for alias in node.names:
				found.add(_file_of([*node.module.split("."), alias.name]) or _file_of(node.module.split(".")))
	return found - {None, PACKAGE / "__init__.py", file}


def _file_of(parts: list[str]) -> Path | None:
	place = PACKAGE.parent.joinpath(*parts)
	files = (place.with_suffix(".py"), place / "__init__.py")
	return next((each for each in files if each.is_file()), None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_room_imports_from_layers_below(file):
	"""No import runs upward or sideways, so no circle can be."""
	room = room_of(file)
	assert room in ROOMS or room in FACES, f"{room} stands in no layer"
	above = [
		each.relative_to(PACKAGE).as_posix()
		for each in imported_files(file)
		if room_of(each) != room and ROOMS[room_of(each)] >= ROOMS[room]
	]
	assert above == []


def test_every_room_of_the_list_is_there_and_imports_are_seen():
	"""A list that names what is gone, or a reader that sees no import, would let everything pass."""
	assert [room for room in ROOMS if not (PACKAGE / room).exists()] == []
	assert PACKAGE / "call_log/dial_guard.py" in imported_files(PACKAGE / "dialing/place_call.py")
