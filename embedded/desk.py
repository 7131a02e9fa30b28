"""One embedded site on this machine: its folder, its ports, its processes, and commands run inside it.

The folder looks like a small bench: `sites/<site>/` with its database and site_config.json, `logs/`. Any
number of such folders can run beside each other; they share only the environment. Everything listens on
loopback, and nothing is known about the app's own records here.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import commands
import services
from progress import step

from embedded.environment import APP, HERE, Environment, bundle
from embedded.environment import ROOT as CHECKOUT

SITE = "desk.localhost"
ADMIN_PASSWORD = "admin"  # noqa: S105 - demo data on loopback

PORTS = ("webserver_port", "socketio_port", "redis_port")


class DeskError(Exception):
	"""A command inside the site failed. The text holds the end of what it printed."""


class Desk:
	"""A site in `folder`, made from a built environment.

	:param site_config: what its configuration says besides
	"""

	def __init__(self, environment: Environment, folder, site: str = SITE, site_config: dict | None = None):
		self.environment = environment
		self.site_config = site_config or {}
		self.folder = Path(folder).resolve()
		self.site = site
		self.sites = self.folder / "sites"
		self.site_folder = self.sites / site
		self.state = self.folder / "run"
		self._made = self.site_folder / "made"

	@property
	def config(self) -> dict:
		"""The site's ports and addresses, {} before `create`."""
		path = self.sites / "common_site_config.json"
		return json.loads(path.read_text()) if path.exists() else {}

	@property
	def url(self) -> str:
		"""The address of the web server, without a slash at the end."""
		return f"http://127.0.0.1:{self.config['webserver_port']}"

	@property
	def is_made(self) -> bool:
		"""Whether the site is there, with or without the app."""
		return self._made.exists()

	def create(self, ports: dict | None = None, install: bool = True) -> None:
		"""Make the site with the app installed, unless it is there; one half made is made anew.

		:param ports: wanted numbers for some of PORTS; free ones are chosen for the rest
		"""
		self._write_config(ports or {})
		if self.is_made:
			self.start_redis()
			return
		services.stop(self.state, "redis")
		self.start_redis()
		with step("The site"):
			self._make_database()
		if install:
			with step(f"The app {APP}"):
				self.install()
		self._made.touch()

	def installed_apps(self) -> list[str]:
		"""Names of the apps installed on the site."""
		return self.call("frappe.get_installed_apps")

	def install(self) -> None:
		"""Install the app, as `bench install-app` does."""
		self.run("install", APP)

	def migrate(self) -> None:
		"""Bring the site up to date with the checkout, as `bench migrate` does."""
		self.run("migrate")

	def uninstall(self) -> None:
		"""Remove the app from the site, as `bench uninstall-app` does."""
		self.run("uninstall", APP)

	def bundle(self) -> None:
		"""Bundle the app's JavaScript again after an edit; pages loaded from now on get it."""
		bundle(self.environment, APP, CHECKOUT)
		self.execute("frappe.client_cache.delete_value('assets_json', shared=True)")

	def start_redis(self) -> None:
		"""Start the site's own Redis, which every command needs."""
		port = self.config["redis_port"]
		argv = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
		pid = services.start("redis", argv, self.state, cwd=self.folder)
		services.wait_for_port(port, 20, pid=pid)

	def start(self) -> None:
		"""Start everything the Desk needs and wait until it answers."""
		self.start_redis()
		pid = self._start_inside("web", "serve")
		for name, command in (("worker", "work"), ("schedule", "schedule")):
			self._start_inside(name, command)
		config = self.sites / "common_site_config.json"
		argv = [self.environment.node, HERE / "realtime.mjs", self.environment.node_modules, config]
		realtime = services.start("realtime", argv, self.state, cwd=self.folder)
		try:
			services.wait_for_url(f"{self.url}/api/method/ping", 60, pid=pid)
			services.wait_for_port(self.config["socketio_port"], 20, pid=realtime)
		except services.ServiceError as error:
			raise DeskError(f"{error}\n{services.tail('web', self.state)}") from error

	def stop(self) -> list[str]:
		"""Stop what `start` started; returns the names of what was running."""
		return services.stop(self.state)

	def run(self, command: str, *arguments, timeout: float = 600) -> str:
		"""Run one of embedded/inside.py's commands in the site and return what it printed."""
		shown = " ".join(map(str, (command, *arguments)))
		return self._output(shown, self._argv(command, *arguments), timeout)

	def execute(self, code: str, timeout: float = 600) -> str:
		"""Run Python code with the site connected, as Administrator; commit; return what it printed."""
		around = f"import frappe\nfrappe.init(site={self.site!r})\nfrappe.connect()\n{code}\n"
		around += "frappe.db.commit()\nfrappe.destroy()\n"
		return self._output("python", [str(self.environment.python), "-c", around], timeout)

	def call(self, method: str, timeout: float = 600, **arguments):
		"""Call a function by its dotted name as Administrator, commit, and return its JSON-able result."""
		code = f"import json\nresult = frappe.get_attr({method!r})(**{arguments!r})\n"
		printed = self.execute(f"{code}print(chr(10) + json.dumps(result, default=str))", timeout)
		return json.loads(printed.strip().splitlines()[-1])

	def test(self, modules=(), timeout: float = 1800) -> dict:
		"""Run the app's site tests (all, or the modules named).

		Returns {"ran": n, "failed": n, "skipped": n, "seconds": s, "failures": [names], "reasons": {reason: n}}.
		What the tests printed is in `test.log` in the site's run folder.
		"""
		report = self.state / "test.json"
		report.unlink(missing_ok=True)
		argv = self._argv("test", report, *modules)
		with open(self.state / "test.log", "w") as log:
			options = {"cwd": self.sites, "env": self.process_environment(), "stdout": log, "stderr": log}
			commands.run(argv, timeout, **options)
		if not report.exists():
			raise DeskError(f"the tests did not start:\n{(self.state / 'test.log').read_text()[-3000:]}")
		return json.loads(report.read_text())

	def process_environment(self) -> dict:
		"""The environment variables a process inside the site runs with (in the folder `sites`)."""
		return {**os.environ, "FRAPPE_BENCH_ROOT": str(self.folder), "FRAPPE_SITE": self.site}

	def _output(self, shown: str, argv: list[str], timeout: float) -> str:
		options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
		result = commands.run(argv, timeout, cwd=self.sites, env=self.process_environment(), **options)
		if result.returncode:
			raise DeskError(f"{shown} failed:\n{(result.stdout + result.stderr).strip()[-3000:]}")
		return result.stdout

	def _argv(self, command: str, *arguments) -> list[str]:
		return [str(part) for part in (self.environment.python, HERE / "inside.py", command, *arguments)]

	def _start_inside(self, name: str, command: str) -> int:
		env = self.process_environment()
		if command == "serve":
			# As under `bench start`: the page looks for socket.io on a port of its own.
			env = {**env, "DEV_SERVER": "1"}
		return services.start(name, self._argv(command), self.state, env=env, cwd=self.sites)

	def _write_config(self, wanted: dict) -> None:
		for folder in ("logs", "public/files", "private/files"):
			(self.site_folder / folder).mkdir(parents=True, exist_ok=True)
		for folder in (self.folder / "logs", self.folder / "config", self.state):
			folder.mkdir(exist_ok=True)
		if not self.config or self._has_lost_a_port():
			self._write_bench_config({name: wanted.get(name) or services.free_port() for name in PORTS})
		(self.sites / "apps.txt").write_text(f"frappe\n{APP}\n")
		(self.sites / "currentsite.txt").write_text(self.site)
		links = {self.sites / "assets": self.environment.assets, self.folder / "env": self.environment.venv}
		for link, target in links.items():
			if not link.is_symlink():
				link.symlink_to(target)
		path = self.site_folder / "site_config.json"
		site_config = json.loads(path.read_text()) if path.exists() else _new_site_config()
		_write_json(path, {**site_config, "host_name": self.url, **self.site_config})

	def _has_lost_a_port(self) -> bool:
		"""Whether something else took one of the ports while the site was down."""
		if services.pid_of("redis", self.state):
			return False
		return any(services.is_port_taken(self.config[name]) for name in PORTS)

	def _write_bench_config(self, ports: dict) -> None:
		redis = f"redis://127.0.0.1:{ports['redis_port']}"
		config = {
			**ports,
			"redis_cache": redis,
			"redis_queue": redis,
			"server_port": ports["webserver_port"],
			"secret_key": secrets.token_hex(16),
			"developer_mode": 0,
			"gunicorn_workers": 8,
			"max_file_size": 25 * 1024 * 1024,
		}
		_write_json(self.sites / "common_site_config.json", config)

	def _make_database(self) -> None:
		"""Copy the database of a site without the app; the first site of an environment makes it."""
		database = self.site_folder / "db/site.db"
		pristine = self.environment.pristine_database
		shutil.rmtree(database.parent, ignore_errors=True)
		database.parent.mkdir()
		if pristine.exists():
			shutil.copy(pristine, database)
			return
		self.run("new-site", ADMIN_PASSWORD)
		shutil.copy(database, pristine.with_suffix(".new"))
		pristine.with_suffix(".new").replace(pristine)


def _new_site_config() -> dict:
	key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
	return {"db_name": "site", "db_type": "sqlite", "encryption_key": key, "allow_tests": 1}


def _write_json(path: Path, content: dict) -> None:
	path.write_text(json.dumps(content, indent=1))
	path.chmod(0o600)
