"""What the listener can take, and what it keeps: events a second, and its memory after thousands of calls.

`./dev bench` runs it in the Python of a bench, in its folder `sites`, on a throwaway site. The listener is the real one
in a process of its own. Who speaks to it is not Asterisk, which could not place so many calls here, but a WebSocket on
loopback that repeats the events a real Asterisk sent for one answered call, under ever new names. Prints one JSON
object; a call that did not end as it should ends it.
"""

import base64
import hashlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import frappe
from filling import connected, fill
from frappe.utils import now_datetime

from c2c_frappe.site_time import utc_now

STREAM = Path(__file__).parent.parent / "tests/events/asterisk/customer_hangs_up.jsonl"
AGENT_ID, CUSTOMER_ID = "5f0c1a2b00", "lab-1795762426.1"
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCOUNT = "Flood"
BATCH = 500
# Seconds for a batch; it takes a few.
PATIENCE = 300


class Flood:
	"""A web server on loopback that greets a WebSocket and knows no channel; `send` sends a call's events."""

	def __init__(self):
		self.lines = STREAM.read_text().splitlines()
		self.opened = threading.Event()
		self._socket: socket.socket | None = None
		self._saying = threading.Lock()
		self._listener = socket.create_server(("127.0.0.1", 0))
		self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
		threading.Thread(target=self._accept, daemon=True).start()

	def send(self, call: str) -> None:
		"""Send all events of one call."""
		for line in self.lines:
			text = line.replace(AGENT_ID, call).replace(CUSTOMER_ID, f"lab-{call}.1").encode()
			self.say_text(text)

	def say_text(self, text: bytes) -> None:
		"""Send one text."""
		self._say(struct.pack("!BBH", 0x81, 126, len(text)) + text)

	def _accept(self) -> None:
		while True:
			threading.Thread(target=self._serve, args=self._listener.accept()[:1], daemon=True).start()

	def _serve(self, connection: socket.socket) -> None:
		head = b""
		while b"\r\n\r\n" not in head:
			head += connection.recv(4096)
		if b"/ari/events" not in head:
			# Nothing lives, and what is not asked for in a list is taken.
			body = b"[]" if b"GET /ari/channels " in head or b"GET /ari/bridges " in head else b"{}"
			connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n" + body)
			connection.close()
			return
		key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0].decode()
		accept = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode()  # noqa: S324 - the protocol's
		greeting = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		connection.sendall(f"{greeting}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
		self._socket = connection
		self.opened.set()
		while connection.recv(4096):
			self._say(b"\x8a\x00")  # all an idle listener says is pings

	def _say(self, frame: bytes) -> None:
		with self._saying:
			self._socket.sendall(frame)


def prepare_account(name: str, url: str) -> None:
	"""Make an account on this address."""
	account = frappe.get_doc({"doctype": "PBX Account", "account_name": name, "provider": "asterisk"})
	account.update(
		{"base_url": url, "allow_http": 1, "ari_user": "a", "ari_password": "b", "ari_context": "c"}
	)
	account.insert()


def prepare(url: str, calls: int) -> None:
	"""Make the account, and the rows of the calls as they are when Asterisk took them."""
	prepare_account(ACCOUNT, url)
	columns = {"direction": "Outgoing", "status": "Requested", "agent": "Administrator", "extension": "1000"}
	columns |= {
		"account": ACCOUNT,
		"number": "+447700900128",
		"requested_at": now_datetime(),
		"requested_utc": utc_now(),
		"evidence_rank": 13,
	}
	fill("PBX Call Log", "flood", frappe.db.count("PBX Call Log") + calls, columns)


def measure(flood: Flood, process: subprocess.Popen, names: list[str]) -> dict:
	"""Send batch after batch, each when the one before was applied; return the figures."""
	spent, memory = 0.0, []
	for start in range(0, len(names), BATCH):
		batch = names[start : start + BATCH]
		began = time.perf_counter()
		for name in batch:
			flood.send(name)
		_wait(batch)
		spent += time.perf_counter() - began
		memory.append(resident(process.pid))
	events = len(names) * len(flood.lines)
	stored = frappe.db.count("PBX Event", {"account": ACCOUNT})
	return {
		"calls": len(names),
		"events": events,
		"stored": stored,
		"seconds": round(spent, 1),
		"events_per_second": round(events / spent),
		"calls_per_second": round(len(names) / spent, 1),
		"first": memory[0],
		"last": memory[-1],
	}


def _wait(batch: list[str]) -> None:
	"""Wait until the last word on the batch's last call was applied, and look that every call ended well."""
	ends_at = time.monotonic() + PATIENCE
	while frappe.db.count("PBX Event", {"call": batch[-1], "outcome": "Applied"}) < APPLIED:
		if time.monotonic() > ends_at:
			raise RuntimeError("the listener did not apply a batch in time")
		time.sleep(0.05)
		frappe.db.rollback()
	wrong = frappe.db.count("PBX Call Log", {"name": ("in", batch), "status": ("!=", "Completed")})
	if wrong:
		raise RuntimeError(f"{wrong} calls of a batch did not end as they should")


def resident(pid: int) -> float:
	"""Megabytes of memory a process holds."""
	[line] = [
		line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
	]
	return round(int(line.split()[1]) / 1024, 1)


# Of one call's events those that say something: ringing twice, answered, parted, the dialplan's word, the end.
APPLIED = 6


def main(site: str, calls: int, argv: list[str]) -> dict:
	"""Run the listener by this command and return what it took."""
	flood = Flood()
	with connected(site):
		prepare(flood.url, calls)
		names = frappe.get_all("PBX Call Log", {"account": ACCOUNT}, pluck="name", order_by="name")
	with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process, connected(site):  # noqa: S603
		try:
			if not flood.opened.wait(60):
				raise RuntimeError("the listener did not connect")
			time.sleep(1)  # it asks for the events it wants
			return measure(flood, process, names)
		finally:
			process.terminate()


if __name__ == "__main__":
	print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])))
