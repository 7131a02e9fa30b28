"""A bench that is already on this machine, and sites of our own that run on its code.

The bench lends Frappe, ERPNext and the Python environment. Everything else is ours and lies in a state
folder: a second bench folder whose `apps` and `env` are links, its `sites`, a MariaDB and two Redis servers,
all on loopback ports that were free. Nothing is changed in the bench itself, and its own servers, sites and
apps are neither used nor needed. How a state folder comes to be is in bench_site.py.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import app_packages
import commands
import locking
import services
import test_counts
from mariadb import Server
from places import ROOT, STATE

APP = "c2c_frappe"
# What a site of ours can have under it, the plainest first.
APPS = ("frappe", "erpnext", "crm")
PORTS = ("mariadb", "redis_cache", "redis_queue", "web", "realtime")
# As bench's own template for web workers has it, within reason.
WEB_WORKERS = min(2 * (os.cpu_count() or 1) + 1, 9)


class BenchError(Exception):
	"""A bench cannot be used, or a command on it failed. The text holds the end of what it printed."""


class Bench:
	"""A bench on this machine: where it is, and which apps and versions it has. Read only."""

	def __init__(self, folder: Path):
		self.folder = folder
		self.apps = {app: version for app in APPS if (version := self._version(app))}

	@property
	def fingerprint(self) -> str:
		"""Changes when sites made from this bench may have come to differ."""
		heads = [_head(self.folder / "apps" / app) for app in self.apps]
		return hashlib.sha256(repr((self.folder, self.apps, heads)).encode()).hexdigest()

	def label(self, app: str) -> str:
		"""What a site with this app on top is called, such as "erpnext 15 on MariaDB"."""
		return f"{app} {self.major(app)} on MariaDB"

	def major(self, app: str) -> str:
		"""The first number of an app's version."""
		return self.apps[app].partition(".")[0]

	def _version(self, app: str) -> str | None:
		source = self.folder / "apps" / app / app / "__init__.py"
		if not source.exists():
			return None
		version = re.search(r"""__version__\s*=\s*["']([^"']+)""", source.read_text())
		return version[1] if version else "unknown"


def find() -> Bench | None:
	"""The bench to use: FRAPPE_BENCH, the one this checkout lies in, or one in the usual places.

	Raises BenchError when FRAPPE_BENCH names something that is none.
	"""
	named = os.environ.get("FRAPPE_BENCH")
	if named and not _is_bench(Path(named)):
		raise BenchError(f"FRAPPE_BENCH is {named}, which is no bench: it needs sites, apps/frappe and env.")
	usual = [Path.home() / "frappe-bench", Path("/home/frappe/frappe-bench")]
	places = [ROOT.parent.parent, *usual, *sorted(Path("/home").glob("*/frappe-bench"))]
	for place in [Path(named)] if named else places:
		if _is_bench(place):
			return Bench(place.resolve())
	return None


class BenchSite:
	"""One site in a state folder: its address, its processes, and commands run inside it.

	:param kind: "erpnext", "crm" for a site with Frappe CRM alone, or "frappe" for one without either on the same bench
	"""

	def __init__(self, bench: Bench, state_folder: Path, kind: str, name: str):
		self.bench = bench
		self.kind = kind
		self.name = name
		self.state_folder = state_folder
		self.folder = state_folder / "bench"
		self.sites = self.folder / "sites"
		self.state = state_folder / "run"
		self.database = Server(state_folder / "mariadb", self.state)
		self.label = bench.label(kind)

	@property
	def web_workers(self) -> int:
		"""How many web workers the site has."""
		return WEB_WORKERS

	@property
	def ports(self) -> dict[str, int]:
		"""The loopback port of each of PORTS, chosen at the first look and then kept."""
		path = self.state_folder / "ports.json"
		if not path.exists():
			write_json(path, {name: services.free_port() for name in PORTS})
		return json.loads(path.read_text())

	@property
	def url(self) -> str:
		"""The site's address for a browser. Others may have to ask 127.0.0.1 and send the name as Host."""
		return f"http://{self.name}:{self.ports['web']}"

	@property
	def environment(self) -> dict[str, str]:
		"""What every process of the site has in its environment (working directory: the folder `sites`)."""
		ports = self.ports
		races = {"C2C_RACES_RUN_ON": self.bench.label("erpnext")} if self._has_richer_twin else {}
		return {
			**races,
			"FRAPPE_BENCH_ROOT": str(self.folder),
			"FRAPPE_DB_HOST": "127.0.0.1",
			"FRAPPE_DB_PORT": str(ports["mariadb"]),
			"FRAPPE_REDIS_CACHE": f"redis://127.0.0.1:{ports['redis_cache']}",
			"FRAPPE_REDIS_QUEUE": f"redis://127.0.0.1:{ports['redis_queue']}",
			"FRAPPE_SOCKETIO_PORT": str(ports["realtime"]),
			"FRAPPE_SITE": self.name,
			"PYTHONPATH": os.pathsep.join((str(ROOT), str(app_packages.FOLDER))),
			"DEV_SERVER": "1",
		}

	def start_servers(self, is_durable: bool = True) -> None:
		"""Start MariaDB and both Redis servers.

		:param is_durable: False where speed matters and a lost row does not
		"""
		self.database.start(self.ports["mariadb"], is_durable)
		for name in ("redis_cache", "redis_queue"):
			port = self.ports[name]
			argv = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
			pid = services.start(name, argv, self.state, cwd=self.state_folder)
			services.wait_for_port(port, 20, pid=pid)

	def start(self) -> None:
		"""Start the web workers, the realtime server, a worker and the scheduler; wait until all is there."""
		address = f"127.0.0.1:{self.ports['web']}"
		workers = ["-w", WEB_WORKERS, "-t", "120", "--preload", "frappe.app:application_with_statics()"]
		web = self._start("web", [self._python, "-m", "gunicorn", "-b", address, *workers])
		node = ["node", "-r", ROOT / "dev.d/loopback.cjs", self.folder / "apps/frappe/socketio.js"]
		realtime = self._start("realtime", node)
		for name in ("worker", "schedule"):
			self._start(name, self._argv(name))
		try:
			services.wait_for_url(f"http://{address}/api/method/ping", 90, {"Host": self.name}, pid=web)
			services.wait_for_port(self.ports["realtime"], 30, pid=realtime)
		except services.ServiceError as error:
			raise BenchError(f"{error}\n{services.tail('web', self.state)}") from error

	def stop(self) -> list[str]:
		"""Stop what was started; returns the names of what was running."""
		return services.stop(self.state)

	def run(self, *arguments: str, timeout: float = 600) -> str:
		"""Run a bench command on the site, as `bench --site NAME ...` does, and return what it printed."""
		return self._output(self._argv("--site", self.name, *arguments), arguments[0], timeout)

	def execute(self, code: str, timeout: float = 600) -> str:
		"""Run Python code with the site connected, as Administrator; commit; return what it printed."""
		before = f"import frappe\nfrappe.init(site={self.name!r}, sites_path='.')\nfrappe.connect()\n"
		before += "frappe.set_user('Administrator')\n"
		after = "\nfrappe.db.commit()\nfrappe.destroy()\n"
		return self._output([self._python, "-c", before + code + after], "python", timeout)

	def call(self, method: str, timeout: float = 600, **arguments):
		"""Call a function by its dotted name as Administrator, commit, and return its JSON-able result."""
		code = f"import json\nresult = frappe.get_attr({method!r})(**{arguments!r})\n"
		printed = self.execute(f"{code}print(chr(10) + json.dumps(result, default=str))", timeout)
		return json.loads(printed.strip().splitlines()[-1])

	def installed_apps(self) -> list[str]:
		"""Names of the apps installed on the site."""
		return self.call("frappe.get_installed_apps")

	def install(self) -> None:
		"""Install the app."""
		self.run("install-app", APP)

	def migrate(self) -> None:
		"""Bring the site up to date with the checkout."""
		self.run("migrate", "--skip-search-index")

	def uninstall(self) -> None:
		"""Remove the app from the site."""
		self.run("uninstall-app", APP, "--yes", "--no-backup")

	def bundle(self) -> None:
		"""Bundle the app's JavaScript and stylesheet, and serve this folder's own copy of them.

		Frappe builds into the checkout and deletes there what it built before. Folders that share a checkout, as the
		tests of two kinds of site do at once, would take away each other's files.
		"""
		served, public = self.sites / "assets" / APP, ROOT / APP / "public"
		with locking.alone(STATE / "bundle.lock"):
			if not served.is_symlink():
				shutil.rmtree(served)
				served.symlink_to(public)
			self._output(self._argv("build", "--app", APP), "build", 300, TMPDIR=str(self._scratch()))
			served.unlink()
			shutil.copytree(public, served)

	def _scratch(self) -> Path:
		"""Return a temporary folder that lies deeper than Frappe's own.

		The PostCSS plugin of Frappe's build keeps a stylesheet at TMPDIR/<its path from Frappe's folder>. That path begins with
		a ".." for each folder Frappe lies deep, and from /tmp it leads out of it: into the stylesheet itself, which was emptied.
		"""
		depth = len((self.bench.folder / "apps/frappe").resolve().parts)
		scratch = self.state / "build" / Path(*["down"] * depth)
		scratch.mkdir(parents=True, exist_ok=True)
		return scratch

	def test(self, modules=(), timeout: float = 1200) -> dict:
		"""Run the app's site tests (all, or the modules named) through `bench run-tests`.

		Returns a report as test_counts.py describes; what was printed is in `test.log` of the run folder.
		Raises test_counts.NoReportError when the tests could not be run to their end.
		"""
		selections = [["--module", module] for module in modules] or [["--app", APP]]
		log = self.state / "test.log"
		log.unlink(missing_ok=True)
		return test_counts.added([self._test(log, selection, timeout) for selection in selections])

	def _test(self, log: Path, selection: list[str], timeout: float) -> dict:
		bench = [shutil.which("bench")] if shutil.which("bench") else self._argv()
		report = log.with_suffix(".xml")
		report.unlink(missing_ok=True)
		if self._process([self._python, "-c", "import xmlrunner"], 60).returncode == 0:
			selection = [*selection, "--junit-xml-output", report]
		argv = [*bench, "--site", self.name, "run-tests", *selection]
		with open(log, "a+", errors="replace") as file:
			before = file.tell()
			result = self._process(argv, timeout, stdout=file, stderr=subprocess.STDOUT)
			file.seek(before)
			counts = test_counts.from_unittest(file.read(), result.returncode)
		return {**counts, "reasons": test_counts.reasons(report, counts["skipped"])}

	@property
	def _has_richer_twin(self) -> bool:
		"""Whether this is the plain site on a bench that carries one with ERPNext, on the same database, too."""
		return self.kind == "frappe" and "erpnext" in self.bench.apps

	@property
	def _python(self) -> Path:
		return self.folder / "env/bin/python"

	def _argv(self, *arguments) -> list:
		"""What the command `bench` itself runs: it is not needed for this."""
		return [self._python, "-m", "frappe.utils.bench_helper", "frappe", *arguments]

	def _start(self, name: str, argv: list) -> int:
		return services.start(name, argv, self.state, env=self.environment, cwd=self.sites)

	def _output(self, argv: list, what: str, timeout: float, **environment: str) -> str:
		result = self._process(argv, timeout, environment, stderr=subprocess.PIPE)
		if result.returncode:
			raise BenchError(f"{what} on {self.label} failed:\n{(result.stdout + result.stderr)[-3000:]}")
		return result.stdout

	def _process(
		self, argv: list, timeout: float, more: Mapping[str, str] | None = None, **streams
	) -> subprocess.CompletedProcess:
		environment = {**os.environ, **self.environment, **(more or {})}
		streams = {"stdout": subprocess.PIPE, **streams}
		return commands.run(argv, timeout, env=environment, cwd=self.sites, **streams)


def write_json(path: Path, content: dict) -> None:
	"""Write a file that only its owner may read: ports, but also a site's password."""
	path.parent.mkdir(parents=True, exist_ok=True)
	path.touch(mode=0o600)
	path.write_text(json.dumps(content, indent=1))


def _is_bench(folder: Path) -> bool:
	parts = ("sites/common_site_config.json", "apps/frappe/frappe/__init__.py", "env/bin/python")
	return all(os.access(folder / part, os.R_OK) for part in parts)


def _head(source: Path) -> str:
	argv = ["git", "-C", source, "rev-parse", "HEAD"]
	return commands.run(argv, 20, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
