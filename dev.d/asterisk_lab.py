"""A real Asterisk with SIPp phones, on free loopback ports: started, killed, started again and stopped.

Its dialplan is the one that docs/providers/asterisk.md gives people; the rest of its configuration is in
tests/asterisk/conf, and what its phones do in tests/asterisk/sipp. Ends what it started by recorded pid, and
listens on nothing but 127.0.0.1.
"""

import base64
import hashlib
import json
import math
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import asterisk_install
import commands
import services
from places import ROOT

TEMPLATES = ROOT / "tests/asterisk"
PAGE = ROOT / "docs/providers/asterisk.md"
USER, READER, PASSWORD = "crm", "reader", "lab-ari-secret"
CONTEXT = "c2c-out"
# Where the documented dialplan leaves recordings, and where it reports to without a listener.
RECORDINGS = "/var/spool/asterisk/recording"
SOUNDS = (
	"beep",
	"beeperr",
	"pbx-transfer",
	"pbx-invalid",
	"vm-theperson",
	"vm-isunavail",
	"digits/0",
	"digits/1",
	"digits/3",
)
UDP_PORTS = ("SIP_PORT", "PHONE_PORT", "NOBODYS_PORT", "FLOOR_PORT")
SECONDS = 20


@contextmanager
def running(state_folder: Path, replaced: Mapping[str, str] | None = None):
	"""Yield a started lab whose records and logs lie in this folder, and stop it at the end.

	:param replaced: texts of the documented dialplan and of the configuration, and what stands in their place
	Raises asterisk_install.UnavailableError where Asterisk cannot be had.
	"""
	lab = Lab(asterisk_install.provide(), state_folder, replaced or {})
	try:
		lab.start()
		yield lab
	finally:
		lab.stop()


def documented(name: str) -> str:
	"""Return a file of the documentation: the code block that follows the comment `file: name`."""
	block = re.search(rf"<!-- file: {re.escape(name)} -->\n```\w*\n(.*?)```", PAGE.read_text(), re.DOTALL)
	return block[1]


def reporting_to(address: str) -> dict[str, str]:
	"""Return what makes the documented dialplan report to a webhook's address, token included, as the page says."""
	[ends] = [line for line in documented("extensions.conf").splitlines() if line.startswith("exten => h,")]
	place, _mark, token = address.partition("&token=")
	return {
		ends: documented("webhook.conf")
		.replace("https://erp.example.com/WEBHOOK", place)
		.replace("TOKEN", token)
	}


class Lab:
	"""One Asterisk and its phones; `url` is ARI's address, whose user and password are USER and PASSWORD."""

	def __init__(self, root: Path, state_folder: Path, replaced: Mapping[str, str]):
		self.root, self.state = root, Path(state_folder)
		self.replaced = replaced
		# The same for the same state folder, so that what a run left behind is found.
		self.home = f"/srv/c2c-{hashlib.sha256(str(self.state.resolve()).encode()).hexdigest()[:12]}"
		self.folder = root / self.home[1:]
		self.ports = {name: _free_udp_port() for name in UDP_PORTS}
		self.ports["HTTP_PORT"] = services.free_port()
		self.url = f"http://127.0.0.1:{self.ports['HTTP_PORT']}"

	def start(self) -> None:
		"""Write the configuration and start Asterisk and the phones; one phone signs in."""
		services.stop(self.state)
		shutil.rmtree(self.folder, ignore_errors=True)
		self._write()
		self.start_asterisk()
		phones = [
			*self._sipp("phone"),
			"-mi",
			"127.0.0.1",
			"-min_rtp_port",
			services.free_port(),
			"-f",
			"3600",
		]
		services.start("phones", [*phones, "-p", self.ports["PHONE_PORT"]], self.state)
		self.sign_in()

	def start_asterisk(self) -> None:
		"""Start Asterisk and wait until ARI answers."""
		argv = ["/usr/sbin/asterisk", "-f", "-C", f"{self.home}/etc/asterisk.conf"]
		pid = services.start("asterisk", self._within(argv), self.state)
		services.wait_for_port(self.ports["HTTP_PORT"], SECONDS, pid=pid)
		services.wait_for_url(
			f"{self.url}/ari/api-docs/resources.json", SECONDS, basic_authorization(), pid=pid
		)

	def kill_asterisk(self) -> None:
		"""End Asterisk as a power cut would."""
		self._kill("asterisk")

	def sign_in(self) -> None:
		"""Let the phone 1001 register."""
		argv = [*self._sipp("register"), "-m", "1", f"127.0.0.1:{self.ports['SIP_PORT']}"]
		result = commands.run(argv, SECONDS, stdout=-1, stderr=-1)
		if result.returncode:
			raise services.ServiceError(f"1001 could not register: {(result.stdout + result.stderr)[-1000:]}")

	def stop(self) -> None:
		"""End everything at once, for asked politely both wait for their calls to end; remove what they wrote."""
		for name in ("asterisk", "phones"):
			self._kill(name)
		services.stop(self.state)
		shutil.rmtree(self.folder, ignore_errors=True)

	@property
	def call_records(self) -> list[dict]:
		"""The PBX's own call records, oldest first."""
		path = self.folder / "log/cdr-custom/c2c.json"
		# The last line may be half written.
		whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
		return [json.loads(line) for line in whole.splitlines()]

	@property
	def csv(self) -> str:
		"""The same as Asterisk's cdr_csv writes them, without a heading."""
		path = self.folder / "log/cdr-csv/Master.csv"
		return path.read_text() if path.exists() else ""

	def records_of(self, call: str) -> list[dict]:
		"""Return a call's records once there is one: Asterisk writes it after it has told of the end."""
		deadline = time.monotonic() + SECONDS
		while True:
			rows = [record for record in self.call_records if record["uniqueid"] == call]
			if rows or time.monotonic() > deadline:
				return rows
			time.sleep(0.05)

	@property
	def log(self) -> str:
		"""What Asterisk logged, with every step of the dialplan."""
		return (self.folder / "log/messages").read_text(errors="replace")

	def _kill(self, name: str) -> None:
		pid = services.pid_of(name, self.state)
		if pid:
			os.kill(pid, signal.SIGKILL)
			os.waitpid(pid, 0)

	def _write(self) -> None:
		for name in (
			"etc",
			"lib",
			"spool/recording",
			"run",
			"log/cdr-custom",
			"log/cdr-csv",
			"sipp",
			"data/sounds/en/digits",
		):
			(self.folder / name).mkdir(parents=True)
		modules = next(self.root.glob("usr/lib/*/asterisk/modules")).relative_to(self.root)
		names = {"HOME": self.home, "MODULES": f"/{modules}", "USER": USER, "READER": READER}
		names = {**names, "PASSWORD": PASSWORD, **{name: str(port) for name, port in self.ports.items()}}
		for source, target in (("conf", "etc"), ("sipp", "sipp")):
			for path in (TEMPLATES / source).iterdir():
				text = self._with_replaced(path.read_text())
				text = re.sub(r"@([A-Z_]+)@", lambda placeholder: names[placeholder[1]], text)
				(self.folder / target / path.name).write_text(text)
		(self.folder / "etc/c2c.conf").write_text(self._dialplan())
		(self.folder / "tone.ul").write_bytes(_tone())
		self._write_sounds()
		owner = (self.root / "var/lib/asterisk").stat()
		for path in (self.folder, *self.folder.rglob("*")):
			os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

	def _write_sounds(self) -> None:
		"""Give it the few announcements that a voicemail plays, a moment of silence each, besides what the package has."""
		data = self.folder / "data"
		for path in (self.root / "usr/share/asterisk").iterdir():
			if path.name != "sounds":
				(data / path.name).symlink_to(f"/usr/share/asterisk/{path.name}")
		for name in SOUNDS:
			(data / f"sounds/en/{name}.ul").write_bytes(b"\xff" * 800)

	def _dialplan(self) -> str:
		text = documented("extensions.conf").replace(RECORDINGS, f"{self.home}/spool/recording")
		return self._with_replaced(text)

	def _with_replaced(self, text: str) -> str:
		for before, after in self.replaced.items():
			text = text.replace(before, after)
		return text

	def _sipp(self, scenario: str) -> list:
		# Without -ci its control port listens on every address.
		options = ["-i", "127.0.0.1", "-ci", "127.0.0.1", "-cp", _free_udp_port(), "-nostdin"]
		return self._within(["/usr/bin/sipp", "-sf", f"{self.home}/sipp/{scenario}.xml", *options])

	def _within(self, argv: list) -> list:
		return ["chroot", "--userspec=asterisk:asterisk", self.root, *argv]


def basic_authorization() -> dict[str, str]:
	"""Return the header that lets a request in."""
	return {"Authorization": f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"}


def _free_udp_port() -> int:
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
		probe.bind(("127.0.0.1", 0))
		return probe.getsockname()[1]


def _tone() -> bytes:
	"""A second of 440 Hz in G.711 mu-law."""
	return bytes(_ulaw(int(8000 * math.sin(2 * math.pi * 440 * sample / 8000))) for sample in range(8000))


def _ulaw(value: int) -> int:
	sign, level = (0x80 if value < 0 else 0), min(abs(value), 32635) + 132
	exponent = max(level.bit_length() - 8, 0)
	return ~(sign | exponent << 4 | (level >> (exponent + 3)) & 15) & 255
