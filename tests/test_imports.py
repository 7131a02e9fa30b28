"""The simulated PBX stays out of a site: nothing imports it but the command line, and that only when it is asked to."""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "c2c_frappe"
SIMULATOR = "c2c_frappe.pbx.simulator"
ALLOWED = PACKAGE / "pbx/cli.py"
IMPORT_ALL_BUT_IT = """
import importlib, json, pathlib, sys
import c2c_frappe.cli, c2c_frappe.pbx
top = pathlib.Path(c2c_frappe.pbx.__file__).parent
for file in top.rglob("*.py"):
	parts = file.relative_to(top.parent.parent).with_suffix("").parts
	if "simulator" not in parts:
		importlib.import_module(".".join(parts).removesuffix(".__init__"))
print(json.dumps([name for name in sys.modules if name.startswith("c2c_frappe")]))
"""


def imported(file):
	"""Return the dotted names a file imports, at its top or within a function."""
	names = set()
	for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Import):
			names |= {alias.name for alias in node.names}
		elif isinstance(node, ast.ImportFrom):
			names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
	return names


def test_importing_the_core_and_its_commands_leaves_the_simulator_out():
	"""Read off sys.modules of a fresh Python."""
	argv = [sys.executable, "-c", IMPORT_ALL_BUT_IT]
	done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
	assert done.returncode == 0, done.stderr
	modules = json.loads(done.stdout)
	assert "c2c_frappe.pbx.cli" in modules and "c2c_frappe.pbx.providers.registry" in modules
	assert [name for name in modules if name.startswith(SIMULATOR)] == []


def test_only_the_command_line_ever_imports_the_simulator():
	"""Not even within a function that runs late."""
	files = [
		f for f in PACKAGE.rglob("*.py") if not {"tests", "simulator"} & set(f.relative_to(PACKAGE).parts)
	]
	assert len(files) > 100
	assert [f for f in files if any(name.startswith(SIMULATOR) for name in imported(f))] == [ALLOWED]
