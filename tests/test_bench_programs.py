"""What `./dev` says of a bench that lacks a program: one sentence, before any site is made."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = """
import bench_site, desks, packages
bench_site.find = lambda: object()
packages.missing = lambda programs: []
try:
	with desks.bench_desk("erpnext"):
		print("a site")
except desks.UnavailableError as error:
	print(error)
"""


def test_bench_without_yarn_is_one_sentence(tmp_path):
	"""Frappe builds the Desk with yarn: without it no test on a bench can begin, and one line says so."""
	environment = {"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(ROOT / "dev.d"), str(ROOT)])}
	done = subprocess.run(
		[sys.executable, "-c", CODE], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
	)
	[sentence] = done.stdout.splitlines()
	assert sentence.startswith("yarn is not on the PATH") and "npm install --global yarn" in sentence
