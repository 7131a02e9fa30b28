"""Makes the sites of real_bench.py: for tests from an untouched copy each time, for `./dev up` one that stays.

A state folder is made once, and again when the bench or this recipe changed. A site in it has the setup wizard
done and, as kind "erpnext" or "crm", that app; our app is installed on top, for tests anew in every run.
"""

import getpass
import hashlib
import inspect
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import app_packages
import mariadb
import packages
import services
from places import ROOT, STATE
from progress import say, step
from real_bench import APP, WEB_WORKERS, BenchError, BenchSite, find, write_json

TESTS = STATE / "bench-tests"
DEMO = STATE / "bench-demo"
NAMES = {"erpnext": "c2c-test.localhost", "crm": "c2c-crm.localhost", "frappe": "c2c-plain.localhost"}
DEMO_NAME = "c2c-demo.localhost"
# With Frappe's development server each DocType's own record is read over and over, which no production site does.
AS_IN_PRODUCTION = {"DEV_SERVER": "0"}
NO_YARN = (
	"yarn is not on the PATH, and Frappe builds the Desk's JavaScript with it: npm install --global yarn"
)
# What c2c_frappe/tests asks of a site: that its data is nobody's.
FOR_TESTS = {"c2c_test_site": 1}
ADMIN_PASSWORD = "admin"  # noqa: S105 - on loopback, no real data

# With a user of its own, as on real sites: Frappe makes the first user it meets otherwise a System Manager.
WIZARD = """
import datetime
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
year = datetime.date.today().year
setup_complete({"language": "English", "country": "United Kingdom", "timezone": "Europe/London",
	"currency": "GBP", "full_name": "Site Owner", "email": "owner@example.com", "password": "owner-Passw0rd!",
	"company_name": "Acme", "company_abbr": "A",
	"chart_of_accounts": "Standard", "fy_start_date": f"{year}-01-01", "fy_end_date": f"{year}-12-31",
	"domains": ["Distribution"], "setup_demo": 0, "enable_telemetry": 0})
"""


@contextmanager
def running(kind: str = "erpnext", state_folder: Path = TESTS, is_bare: bool = False):
	"""Yield a started site as it is right after the app's installation, and stop it at the end.

	:param state_folder: has a folder for each kind
	:param is_bare: without the app and without a web server
	Raises BenchError when there is no bench with an app of this name, or when it cannot carry a site.
	"""
	sites = _sites(state_folder / kind, {kind: NAMES[kind]})
	if not sites:
		raise BenchError(f"There is no bench with {kind} on this machine.")
	(site,) = sites
	services.stop(site.state)
	try:
		if not _is_made(sites):
			_make(sites)
			_keep(sites)
		with step(f"A fresh site: {site.label}"):
			_restore(sites)
			_configure(sites, FOR_TESTS)
			site.start_servers()
			if not is_bare:
				site.install()
				site.bundle()
				site.start()
		yield site
	finally:
		services.stop(site.state)


def up(demo_data) -> BenchSite:
	"""Start the demo site on the bench that was found, making it first where needed; it stays until `down`.

	:param demo_data: called with the site once the app is installed, in each run
	"""
	install_programs()
	site = _sites(DEMO, {"erpnext": DEMO_NAME, "frappe": DEMO_NAME})[-1]
	_make_once([site])
	site.start_servers()
	_bring_app(site)
	site.bundle()
	with step("Sample data"):
		demo_data(site)
	for name in ("web", "worker", "schedule"):
		services.stop(site.state, name)
	site.start()
	return site


@contextmanager
def lasting(kind: str, state_folder: Path, names: tuple[str, ...]):
	"""Yield sites of one MariaDB as they were left, with the app as it is now; stop their servers at the end.

	They are made where they are not there. No web server, worker or scheduler runs. Raises BenchError when there is
	no bench with an app of this name.
	"""
	bench = find()
	if not bench or kind not in bench.apps:
		raise BenchError(f"There is no bench with {kind} on this machine.")
	sites = [BenchSite(bench, state_folder, kind, name) for name in names]
	services.stop(sites[0].state)
	try:
		_make_once(sites)
		sites[0].start_servers()
		for site in sites:
			_bring_app(site)
		yield sites
	finally:
		services.stop(sites[0].state)


def down() -> list[str]:
	"""Stop the demo site; returns the names of the processes that were running."""
	return services.stop(DEMO / "run")


def install_programs() -> None:
	"""Install what a site needs besides the bench; raises packages.MissingError or app_packages.MissingError."""
	server = [] if mariadb.is_installed() else ["mariadbd"]
	packages.install(packages.missing([*server, "redis-server", "node"]))
	bench = find()
	if bench:
		if not shutil.which("yarn"):
			raise packages.MissingError(NO_YARN)
		app_packages.provide(bench.folder / "env/bin/python")


def _sites(state_folder: Path, names: dict[str, str]) -> list[BenchSite]:
	"""Those of the named sites, kind to name, that the bench can carry, plain Frappe first."""
	bench = find()
	kinds = [kind for kind in bench.apps if kind in names] if bench else []
	return [BenchSite(bench, state_folder, kind, names[kind]) for kind in kinds]


def _stamp_file(site: BenchSite) -> Path:
	return site.state_folder / "made"


def _stamp(sites: list[BenchSite]) -> str:
	recipe = hashlib.sha256((inspect.getsource(_make_site) + WIZARD).encode()).hexdigest()
	return "\n".join([sites[0].bench.fingerprint, recipe, *(site.name for site in sites)])


def _is_made(sites: list[BenchSite]) -> bool:
	path = _stamp_file(sites[0])
	return path.exists() and path.read_text() == _stamp(sites)


def _make_once(sites: list[BenchSite]) -> None:
	"""Make the state folder unless it is made; where it is, configure the sites anew while their servers are down."""
	state = sites[0].state
	if not _is_made(sites):
		services.stop(state)
		_make(sites)
		_stamp_file(sites[0]).write_text(_stamp(sites))
	elif not services.pid_of("mariadb", state):
		_configure(sites)


def _bring_app(site: BenchSite) -> None:
	with step(f"The app on {site.name}"):
		if APP in site.installed_apps():
			site.migrate()
		else:
			site.install()


def _make(sites: list[BenchSite]) -> None:
	"""Make the state folder anew: a second bench folder, and the sites without the app."""
	first = sites[0]
	shutil.rmtree(first.state_folder, ignore_errors=True)
	_link(first)
	_configure(sites)
	first.start_servers(is_durable=False)
	say(f"Making sites with the code of {first.bench.folder}, which stays as it is")
	with ThreadPoolExecutor() as together:
		try:
			list(together.map(_make_site, sites))
		except BaseException:
			first.stop()  # the others would go on for minutes; without their database they end at once
			raise


def _make_site(site: BenchSite) -> None:
	"""Make one site without our app, its setup wizard answered."""
	help_text = site.run("new-site", "--help")
	scope = "--mariadb-user-host-login-scope=%"
	options = [scope if scope.rstrip("=%") in help_text else "--no-mariadb-socket"]
	options += ["--db-root-username", "root", "--db-root-password", site.database.password]
	options += ["--admin-password", ADMIN_PASSWORD]
	with step(f"A new site: {site.label}"):
		site.run("new-site", site.name, *options)
	if site.kind != "frappe":
		with step(f"The app {site.kind}"):
			site.run("install-app", site.kind)
	with step(f"The setup wizard: {site.label}"):
		site.execute(WIZARD)


def _link(site: BenchSite) -> None:
	"""Make the second bench folder: the bench's code by links, this checkout as the app."""
	folder, bench = site.folder, site.bench.folder
	if not (bench / "sites/assets/assets.json").exists():
		raise BenchError(f"The bench {bench} was never built. Run bench build in it.")
	for part in ("apps", "config/pids", "logs", "sites/assets"):
		(folder / part).mkdir(parents=True)
	(folder / "env").symlink_to(bench / "env")
	sources = {app: bench / "apps" / app for app in site.bench.apps} | {APP: ROOT}
	for app, source in sources.items():
		(folder / "apps" / app).symlink_to(source)
		(folder / "sites/assets" / app).symlink_to(source / app / "public")
	(site.sites / "apps.txt").write_text("\n".join(sources) + "\n")
	for path in (bench / "sites/assets").iterdir():
		if path.is_dir() and not path.is_symlink():
			shutil.copytree(path, site.sites / "assets" / path.name)
		elif path.suffix == ".json":
			shutil.copy(path, site.sites / "assets")


def _configure(sites: list[BenchSite], site_config: dict | None = None) -> None:
	"""Write the configuration, with the ports of last time where they are still free.

	:param site_config: what each site's own says besides
	"""
	site = sites[0]
	ports = {
		name: port if not services.is_port_taken(port) else services.free_port()
		for name, port in site.ports.items()
	}
	write_json(site.state_folder / "ports.json", ports)
	common = {
		"db_host": "127.0.0.1",
		"db_port": ports["mariadb"],
		"redis_cache": f"redis://127.0.0.1:{ports['redis_cache']}",
		"redis_queue": f"redis://127.0.0.1:{ports['redis_queue']}",
		"redis_socketio": f"redis://127.0.0.1:{ports['redis_queue']}",
		"webserver_port": ports["web"],
		"socketio_port": ports["realtime"],
		"gunicorn_workers": WEB_WORKERS,
		"background_workers": 1,
		"frappe_user": getpass.getuser(),
		"allow_tests": 1,
		"developer_mode": 0,
		"live_reload": False,
		"server_script_enabled": True,
	}
	write_json(site.sites / "common_site_config.json", common)
	for each in sites:
		path = each.sites / each.name / "site_config.json"
		if path.exists():
			write_json(path, {**json.loads(path.read_text()), "host_name": each.url, **(site_config or {})})


def _keep(sites: list[BenchSite]) -> None:
	"""Stop everything and put the sites' data aside, as the copy all runs start from."""
	first = sites[0]
	first.stop()
	for source, copy in _copies(sites):
		shutil.copytree(source, copy, symlinks=True)
	_stamp_file(first).write_text(_stamp(sites))


def _restore(sites: list[BenchSite]) -> None:
	for source, copy in _copies(sites):
		shutil.rmtree(source, ignore_errors=True)
		shutil.copytree(copy, source, symlinks=True)


def _copies(sites: list[BenchSite]) -> list[tuple[Path, Path]]:
	aside = sites[0].state_folder / "untouched"
	folders = [(site.sites / site.name, aside / site.name) for site in sites]
	return [(sites[0].database.data, aside / "mariadb"), *folders]
