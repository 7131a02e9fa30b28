"""What holds of the site tests themselves: they delete nothing of the whole site, and load only on a test site.

Reads their sources; nothing of Frappe is imported.
"""

import ast
from pathlib import Path

import pytest

SITE_TESTS = Path(__file__).resolve().parent.parent / "c2c_frappe/tests"
FILES = sorted(SITE_TESTS.rglob("*.py"))
DELETE = "frappe.db.delete"
# What takes no condition at all.
SWEEPING = {"frappe.db.truncate", "frappe.db.clear_table", "run_log_clean_up", "frappe.db.delete_all"}


def sweeping_deletes(source):
	"""Return (line, code) of each call that deletes a whole table, or leaves it to a cleanup."""
	found = []
	for node in ast.walk(ast.parse(source)):
		if not isinstance(node, ast.Call):
			continue
		called, *given = [ast.unparse(part) for part in (node.func, *node.args)]
		if DELETE in given:
			called, given = DELETE, given[given.index(DELETE) + 1 :]
		is_whole = called == DELETE and len(given) < 2 and not node.keywords
		if is_whole or called.rpartition(".")[2] in {name.rpartition(".")[2] for name in SWEEPING}:
			found.append((node.lineno, ast.unparse(node)))
	return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_site_test_deletes_no_whole_table(file):
	"""A delete names what the test made: somebody may run it on a site that holds more."""
	assert sweeping_deletes(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
	("source", "is_found"),
	[
		('frappe.db.delete("PBX Event")', True),
		('self.addCleanup(frappe.db.delete, "PBX Event")', True),
		('frappe.db.truncate("ToDo")', True),
		("log_settings.run_log_clean_up()", True),
		('frappe.db.delete("PBX Event", {"account": "C2C Test"})', False),
		('frappe.db.delete("PBX Event", filters={"account": "C2C Test"})', False),
		('self.addCleanup(frappe.db.delete, "ToDo", {"owner": "c2c"})', False),
	],
)
def test_sweeping_delete_is_recognized(source, is_found):
	"""The rule above sees each way of deleting a whole table, and no delete with a condition."""
	assert bool(sweeping_deletes(source)) is is_found


def test_package_asks_for_a_test_site_when_imported():
	"""Whatever test is run, its package is imported first, and with it the question."""
	body = ast.parse((SITE_TESTS / "__init__.py").read_text(encoding="utf-8")).body
	asked = [ast.unparse(node) for node in ast.walk(body[-1]) if isinstance(node, ast.Call)]
	assert "require_test_site()" in asked
