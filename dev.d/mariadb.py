"""A MariaDB server of the checkout's own: a data folder, a free loopback port, a root password nobody else has.

Never touches a server that already runs on this machine, nor its data.
"""

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import services

FOLDER_LIMIT = 90  # bytes; a socket's path may be about 107 long

SETTINGS = (
	"--character-set-server=utf8mb4",
	"--collation-server=utf8mb4_unicode_ci",
	"--innodb-buffer-pool-size=256M",
	"--innodb-log-file-size=64M",
	"--max-connections=200",
	"--skip-log-bin",
	# A user is who connects from 127.0.0.1, whatever this machine's own name resolves to.
	"--skip-name-resolve",
)
# Servers from 11.6.2 on end a transaction that writes what changed since it was read; older ones when told so.
DURABLE = ("--innodb-flush-log-at-trx-commit=1", "--loose-innodb-snapshot-isolation=ON")
FAST = ("--innodb-flush-log-at-trx-commit=0", "--loose-innodb-flush-method=nosync")


class Server:
	"""One server: `data` is its data folder, `run` the folder of its process, socket and password."""

	def __init__(self, data: Path, run: Path):
		self.data = data
		self.run = run
		self.port = 0

	@property
	def password(self) -> str:
		"""The password of the server's root user, made when it is asked for first."""
		path = self.run / "mariadb-password"
		if not path.exists():
			self.run.mkdir(parents=True, exist_ok=True)
			path.touch(mode=0o600)
			path.write_text(secrets.token_hex(16))
		return path.read_text()

	def start(self, port: int, is_durable: bool = True) -> None:
		"""Start it, with an empty data folder when there is none, and wait until it answers.

		:param is_durable: False trades the promise that a committed row is on disk for speed
		"""
		if not (self.data / "mysql").exists():
			self._make_data()
		self.port = port
		argv = [
			_program("mariadbd", "mysqld"),
			"--no-defaults",
			f"--datadir={self.data}",
			f"--socket={self._socket()}",
			f"--pid-file={self.run / 'mariadb.pid'}",
			f"--tmpdir={self._scratch()}",
			f"--init-file={self._accounts()}",
			"--bind-address=127.0.0.1",
			f"--port={port}",
			*(DURABLE if is_durable else FAST),
			*SETTINGS,
			*_as_root(),
		]
		pid = services.start("mariadb", argv, self.run)
		try:
			services.wait_for_port(port, 60, pid=pid)
		except services.ServiceError as error:
			raise services.ServiceError(f"{error}\n{services.tail('mariadb', self.run)}") from error

	def stop(self) -> None:
		"""Shut it down and wait until it ended."""
		services.stop(self.run, "mariadb")

	def _make_data(self) -> None:
		shutil.rmtree(self.data, ignore_errors=True)
		self.data.parent.mkdir(parents=True, exist_ok=True)
		argv = [_program("mariadb-install-db", "mysql_install_db"), "--no-defaults", f"--datadir={self.data}"]
		argv += ["--auth-root-authentication-method=normal", "--skip-test-db"]
		argv += [f"--tmpdir={self._scratch()}", *_as_root()]
		result = subprocess.run(argv, capture_output=True, text=True, timeout=120)  # noqa: S603
		if result.returncode:
			raise services.ServiceError(
				f"mariadb-install-db failed:\n{(result.stdout + result.stderr)[-2000:]}"
			)

	def _scratch(self) -> Path:
		"""A folder of its own for temporary tables: a server removes those of others when it starts."""
		folder = self.run / "tmp"
		folder.mkdir(parents=True, exist_ok=True)
		return folder

	def _accounts(self) -> Path:
		"""What the server runs at each start: the accounts it has, and no others."""
		here = socket.gethostname()
		unwanted = f"''@'localhost', ''@'{here}', 'root'@'::1', 'root'@'{here}'"
		statements = [f"DROP USER IF EXISTS {unwanted};"]
		for host in ("localhost", "127.0.0.1"):
			statements += [
				f"CREATE OR REPLACE USER 'root'@'{host}' IDENTIFIED BY '{self.password}';",
				f"GRANT ALL ON *.* TO 'root'@'{host}' WITH GRANT OPTION;",
			]
		path = self.run / "mariadb-accounts.sql"
		path.touch(mode=0o600)
		path.write_text("\n".join(statements) + "\n")
		return path

	def _socket(self) -> Path:
		if len(bytes(self.run)) <= FOLDER_LIMIT:
			return self.run / "mariadb.sock"
		short = hashlib.sha256(bytes(self.run)).hexdigest()[:12]
		folder = Path(tempfile.gettempdir()) / f"c2c-mariadb-{os.geteuid()}-{short}"
		folder.mkdir(mode=0o700, exist_ok=True)
		return folder / "mariadb.sock"


def is_installed() -> bool:
	"""Whether this machine has a MariaDB server that can be started."""
	try:
		return bool(_program("mariadbd", "mysqld") and _program("mariadb-install-db", "mysql_install_db"))
	except services.ServiceError:
		return False


def _program(*names: str) -> str:
	for name in names:
		path = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/libexec")
		if path:
			return path
	raise services.ServiceError(f"{names[0]} is not installed on this machine")


def _as_root() -> list[str]:
	return ["--user=root"] if os.geteuid() == 0 else []
