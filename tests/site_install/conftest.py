"""A site of the tests' own on a bench that is already there, made for them and dropped at the end.

C2C_BENCH names the bench's folder, C2C_DB_ROOT_PASSWORD its database's root password; C2C_DB_HOST and C2C_DB_PORT
say where that is (127.0.0.1:3306). The bench's Redis servers must run. Without these all tests here are skipped.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = "c2c-install-test.localhost"
MISSING = (
	"Set C2C_BENCH and C2C_DB_ROOT_PASSWORD to install the app on a new site of a bench and remove it again."
)


class Site:
	"""A site on the bench: bench commands on it, and Python run inside it."""

	def __init__(self, bench: Path, name: str):
		self.sites = bench / "sites"
		self.python = bench / "env/bin/python"
		self.name = name
		self.apps = (self.sites / "apps.txt").read_text().split()
		host, port = os.environ.get("C2C_DB_HOST", "127.0.0.1"), os.environ.get("C2C_DB_PORT", "3306")
		database = {"FRAPPE_DB_HOST": host, "FRAPPE_DB_PORT": port}
		self.environment = {**os.environ, **database, "PYTHONPATH": str(ROOT)}

	def bench(self, *arguments: str) -> None:
		"""Run a bench command."""
		self._output([self.python, "-m", "frappe.utils.bench_helper", "frappe", *arguments])

	def run(self, *arguments: str) -> None:
		"""Run a bench command on this site."""
		self.bench("--site", self.name, *arguments)

	def execute(self, code: str, **values):
		"""Run code in the site as Administrator with these values; commit; return what it left in `result`."""
		before = f"import frappe, json\nfrappe.init(site={self.name!r}, sites_path='.')\nfrappe.connect()\n"
		before += (
			f"frappe.set_user('Administrator')\nvalues = json.loads({json.dumps(values)!r})\nresult = None\n"
		)
		after = "\nfrappe.db.commit()\nprint(chr(10) + json.dumps(result, default=str))\n"
		return json.loads(self._output([self.python, "-c", before + code + after]).splitlines()[-1])

	def _output(self, argv: list) -> str:
		done = subprocess.run(argv, cwd=self.sites, env=self.environment, capture_output=True, text=True)
		assert not done.returncode, f"{argv[3:]}:\n{(done.stdout + done.stderr)[-4000:]}"
		return done.stdout


@pytest.fixture(scope="session")
def bench_site():
	"""A new site with Frappe alone; dropped at the end of the session."""
	bench, password = os.environ.get("C2C_BENCH"), os.environ.get("C2C_DB_ROOT_PASSWORD")
	if not bench or not password:
		pytest.skip(MISSING)
	site = Site(Path(bench), SITE)
	root = ["--db-root-username", "root", "--db-root-password", password]
	help_text = site._output([site.python, "-m", "frappe.utils.bench_helper", "frappe", "new-site", "--help"])
	scope = "--mariadb-user-host-login-scope=%"
	scope = scope if scope.rstrip("=%") in help_text else "--no-mariadb-socket"
	site.bench("new-site", SITE, scope, "--force", "--admin-password", "admin", *root)
	try:
		yield site
	finally:
		drop = ["drop-site", SITE, "--force", "--no-backup", "--db-root-username", "root"]
		site.bench(*drop, "--db-root-password", password)
