"""Turns the pinned wheel back into a package called `frappe`: names first, then our edits, each asserted.

Never fetches anything and never edits in place: it writes a fresh folder and moves it to its name last.
"""

import shutil
import zipfile
from pathlib import Path

from embedded.edits import ALIASES, APPENDED, EDITS

RENAMED = (("monoframe", "frappe"), ("Monoframe", "Frappe"), ("MONOFRAME", "FRAPPE"))
ADDITIONS = Path(__file__).parent / "additions"


class EditError(Exception):
	"""The wheel is not the one our edits were written for."""


def unpack(wheel: Path, target: Path) -> None:
	"""Write the package `frappe` into the folder `target`, replacing it."""
	fresh = target.with_name(target.name + ".new")
	shutil.rmtree(fresh, ignore_errors=True)
	_write_renamed(wheel, fresh)
	package = fresh / "frappe"
	_reshape_tests(package)
	for path, pairs in EDITS.items():
		_edit(package / path, pairs)
	for path, additions in APPENDED.items():
		with open(package / path, "a") as file:
			file.writelines("\n\n" + (ADDITIONS / name).read_text() for name in additions)
	_write_aliases(package)
	shutil.rmtree(target, ignore_errors=True)
	fresh.rename(target)


def _write_renamed(wheel: Path, target: Path) -> None:
	with zipfile.ZipFile(wheel) as archive:
		for info in archive.infolist():
			if info.is_dir() or ".dist-info/" in info.filename:
				continue
			path = target / _renamed(info.filename)
			if not path.resolve().is_relative_to(target.resolve()):
				raise EditError(f"{info.filename} lies outside its package")
			path.parent.mkdir(parents=True, exist_ok=True)
			path.write_bytes(_renamed_bytes(archive.read(info)))


def _renamed(text: str) -> str:
	for theirs, ours in RENAMED:
		text = text.replace(theirs, ours)
	return text


def _renamed_bytes(data: bytes) -> bytes:
	try:
		return _renamed(data.decode()).encode()
	except UnicodeDecodeError:
		return data


def _edit(path: Path, pairs) -> None:
	text = path.read_text()
	for old, new in pairs:
		if text.count(old) != 1:
			raise EditError(f"{path.name}: {text.count(old)} times instead of once: {old.strip()[:80]!r}")
		text = text.replace(old, new)
	path.write_text(text)


def _reshape_tests(package: Path) -> None:
	"""`frappe.tests.utils` is a package on 15 and 16."""
	folder = package / "tests/utils"
	folder.mkdir()
	(package / "tests/utils.py").rename(folder / "__init__.py")
	(folder / "generators.py").write_text((ADDITIONS / "test_generators.py").read_text())


def _write_aliases(package: Path) -> None:
	"""Modules that Frappe has and the wheel moved: the old name leads to the new place."""
	for name, (target, is_package) in ALIASES.items():
		path = package.parent / name.replace(".", "/")
		if is_package:
			path.mkdir()
			(path / "__init__.py").write_text(f"from {target} import *\n")
		else:
			parent, _, module = target.rpartition(".")
			path.with_suffix(".py").write_text(
				f"import sys\n\nfrom {parent} import {module}\n\nsys.modules[__name__] = {module}\n"
			)
