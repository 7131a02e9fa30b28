"""Background processes of `./dev`: started, found again and stopped by recorded pid; waits with a deadline.

Each process has `<folder>/<name>.json` (its record) and `<folder>/<name>.log` (what it printed).
Never ends a process it did not start: a recorded pid counts only while /proc says it is still the same
process. Never ends anything by name, and listens on nothing itself.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

_children: dict[int, subprocess.Popen] = {}
_handed_out: set[int] = set()


class ServiceError(Exception):
	"""A background process did not start, or did not answer in time. The text says which and why."""


def start(name: str, argv: list[str], folder, env: dict | None = None, cwd=None) -> int:
	"""Start a process in the background and record it. Returns its pid.

	Already running with the same argv, env and cwd: that one's pid. Running with others: it is replaced.

	:param env: added to this process's environment
	"""
	folder = Path(folder)
	folder.mkdir(parents=True, exist_ok=True)
	wanted = {
		"argv": [str(part) for part in argv],
		"env": {key: str(value) for key, value in (env or {}).items()},
		"cwd": str(cwd or Path.cwd()),
	}
	record = _read(folder / f"{name}.json")
	if _is_running(record):
		if all(record[key] == value for key, value in wanted.items()):
			return record["pid"]
		_end(record)
	with open(folder / f"{name}.log", "ab") as log:
		process = subprocess.Popen(  # noqa: S603 - argv comes from the repository's own commands
			wanted["argv"],
			env={**os.environ, **wanted["env"]},
			cwd=wanted["cwd"],
			stdin=subprocess.DEVNULL,
			stdout=log,
			stderr=log,
			start_new_session=True,
		)
	_children[process.pid] = process
	record = {**wanted, "pid": process.pid, "birth": _birth(process.pid), "started": time.time_ns()}
	_write(folder / f"{name}.json", record)
	return process.pid


def stop(folder, name: str | None = None) -> list[str]:
	"""End what `start` recorded in this folder (only `name`, when given), last started first.

	Returns the names of those that were still running.
	"""
	records = [(path, _read(path)) for path in Path(folder).glob(f"{name or '*'}.json")]
	ended = []
	for path, record in sorted(records, key=lambda pair: pair[1].get("started", 0), reverse=True):
		if "birth" not in record:
			continue
		if _is_running(record):
			_end(record)
			ended.append(path.stem)
		path.unlink(missing_ok=True)
	return ended


def pid_of(name: str, folder) -> int | None:
	"""The pid of a recorded process that still runs, else None."""
	record = _read(Path(folder) / f"{name}.json")
	return record["pid"] if _is_running(record) else None


def tail(name: str, folder, lines: int = 15) -> str:
	"""The last lines of a process's log."""
	try:
		text = (Path(folder) / f"{name}.log").read_text(errors="replace")
	except FileNotFoundError:
		return ""
	return "\n".join(text.splitlines()[-lines:])


def wait_for_port(port: int, seconds: float, pid: int | None = None) -> float:
	"""Wait until 127.0.0.1:port takes connections. Returns the seconds it took, else raises ServiceError.

	:param pid: stop waiting at once when this process ends
	"""

	def connects():
		with socket.create_connection(("127.0.0.1", port), timeout=1):
			return True

	return _wait(connects, f"127.0.0.1:{port}", seconds, pid)


def wait_for_url(url: str, seconds: float, headers: dict | None = None, pid: int | None = None) -> float:
	"""Wait until the address answers with a status below 400. Returns the seconds, else raises ServiceError."""
	request = urllib.request.Request(url, headers=headers or {})  # noqa: S310 - loopback, written by us
	opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

	def answers():
		with opener.open(request, timeout=max(1, min(10, seconds))) as response:
			return response.status < 400

	return _wait(answers, url, seconds, pid)


def free_port() -> int:
	"""A loopback port nobody listens on now; never the same one twice from this process."""
	while True:
		with socket.socket() as probe:
			probe.bind(("127.0.0.1", 0))
			port = probe.getsockname()[1]
		if port not in _handed_out:
			_handed_out.add(port)
			return port


def is_port_taken(port: int) -> bool:
	"""Whether something on this machine keeps 127.0.0.1:port from being listened on."""
	with socket.socket() as probe:
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind(("127.0.0.1", port))
		except OSError:
			return True
	return False


def _wait(check, what: str, seconds: float, pid: int | None) -> float:
	began = time.monotonic()
	reason = "no answer"
	while True:
		try:
			if check():
				return time.monotonic() - began
		except urllib.error.HTTPError as error:
			reason = f"HTTP {error.code}"
			error.close()
		except (OSError, http.client.HTTPException) as error:
			reason = str(error) or type(error).__name__
		if pid is not None and not _birth(pid):
			raise ServiceError(f"{what}: the process {pid} ended before it answered")
		if time.monotonic() - began >= seconds:
			raise ServiceError(f"{what}: {reason} after {seconds:g} seconds")
		time.sleep(0.1)


def _read(path: Path) -> dict:
	try:
		return json.loads(path.read_text())
	except (FileNotFoundError, ValueError):
		return {}


def _write(path: Path, record: dict) -> None:
	fresh = path.with_suffix(".new")
	fresh.write_text(json.dumps(record, indent=1))
	fresh.chmod(0o600)
	fresh.replace(path)


def _birth(pid: int) -> int:
	"""Clock ticks from boot to this process's start, 0 when it is gone (see proc(5), field 22)."""
	child = _children.get(pid)
	if child and child.poll() is not None:
		return 0
	try:
		fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
	except (FileNotFoundError, ProcessLookupError):
		return 0
	return 0 if fields[0] == "Z" else int(fields[19])


def _is_running(record: dict) -> bool:
	return bool(record.get("birth")) and _birth(record["pid"]) == record["birth"]


def _end(record: dict, seconds: float = 10) -> None:
	"""Ask the process and its children (a session of their own) to end; after the deadline make them."""
	for kind, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
		try:
			os.killpg(record["pid"], kind)
		except ProcessLookupError:
			return
		deadline = time.monotonic() + patience
		while time.monotonic() < deadline:
			if not _is_running(record):
				return
			time.sleep(0.05)
	raise ServiceError(f"process {record['pid']} does not end")
