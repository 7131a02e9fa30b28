"""What a site's processes import of the app: the simulated PBX is not among it."""

from __future__ import annotations

import json
import subprocess
import sys
from unittest import TestCase

import frappe

SIMULATOR = "c2c_frappe.pbx.simulator"
# All that Frappe can be led to: what hooks name, and every module but tests and the command line with its simulator.
# Commands of bench only where there is a bench.
IMPORT_ALL = """
import importlib, json, pathlib, sys
import frappe, frappe.commands
frappe.init(site=SITE, sites_path=".")
import c2c_frappe
from c2c_frappe import hooks

def paths(value):
	if isinstance(value, dict):
		value = list(value.values())
	if isinstance(value, (list, tuple)):
		return [path for each in value for path in paths(each)]
	is_path = isinstance(value, str) and value.startswith("c2c_frappe.") and ".bundle." not in value
	return [value] if is_path else []

for path in paths({k: v for k, v in vars(hooks).items() if not k.startswith("__")}):
	frappe.get_attr(path)
top = pathlib.Path(c2c_frappe.__file__).parent
for file in top.rglob("*.py"):
	parts = file.relative_to(top.parent).with_suffix("").parts
	is_for_bench = parts[-1] == "commands" and not hasattr(frappe.commands, "pass_context")
	if not {"tests", "cli", "simulator"} & set(parts) and not is_for_bench:
		importlib.import_module(".".join(parts).removesuffix(".__init__"))
print(json.dumps([name for name in sys.modules if name.startswith("c2c_frappe")]))
"""


class TestImports(TestCase):
	def test_what_a_site_imports_leaves_the_simulator_out(self):
		"""Read off sys.modules of a fresh process that imported what hooks name and all modules."""
		argv = [sys.executable, "-c", IMPORT_ALL.replace("SITE", repr(frappe.local.site))]
		done = subprocess.run(
			argv, capture_output=True, text=True, timeout=120, cwd=frappe.local.sites_path, check=False
		)
		self.assertEqual(done.returncode, 0, done.stderr)
		modules = json.loads(done.stdout.strip().splitlines()[-1])
		self.assertIn("c2c_frappe.desk.boot", modules)
		self.assertIn("c2c_frappe.api.call", modules)
		self.assertEqual([name for name in modules if name.startswith(SIMULATOR)], [])
