"""SIP phones in plain Python, many on one UDP port of loopback: they call, answer, hold, press keys and transfer (REFER).

For a real Asterisk in tests. What a phone does when it rings is said by the last digit of its number, see BEHAVIOUR.
They send no sound, and the keys they press travel by SIP INFO.
"""

import re
import secrets
import socket
import threading
import time
from typing import NamedTuple
from urllib.parse import quote

SECONDS = 8
ALLOW = "Allow: INVITE,ACK,BYE,CANCEL,REFER,NOTIFY,INFO\r\n"


class Behaviour(NamedTuple):
	"""Seconds of ringing (None for ever), the answer's SIP status, and seconds until it hangs up (None never)."""

	rings: float | None
	status: int = 200
	talks: float | None = None
	forwards_to: str = ""


USUAL = Behaviour(0.3)
BEHAVIOUR = {
	"0": Behaviour(0.3),
	"2": Behaviour(0.7),
	"3": Behaviour(None),
	"4": Behaviour(0.2, 603),
	"5": Behaviour(0, 486),
	"6": Behaviour(0, 404),
	"7": Behaviour(0, 503),
	"8": Behaviour(0.3, talks=0.8),
	"9": Behaviour(0.1, 302, forwards_to="1102"),
}


class Message:
	"""A SIP message as it came."""

	def __init__(self, raw: str):
		head, _gap, self.body = raw.partition("\r\n\r\n")
		self.first, *lines = head.split("\r\n")
		pairs = (line.partition(":") for line in lines)
		self.fields = [(name.strip().lower(), value.strip()) for name, _colon, value in pairs]
		self.status = int(self.first.split()[1]) if self.first.startswith("SIP/") else None
		self.method = self["cseq"].split()[1] if self.status else self.first.split()[0]

	def __getitem__(self, name: str) -> str:
		return next((value for field, value in self.fields if field == name), "")

	def answer(self, status: int, tag: str = "", extra: str = "", body: str = "") -> str:
		"""Return the response to this request."""
		to = self["to"] if "tag=" in self["to"] or not tag else f"{self['to']};tag={tag}"
		via = "".join(f"Via: {value}\r\n" for name, value in self.fields if name == "via")
		kind = "Content-Type: application/sdp\r\n" if body else ""
		return (
			f"SIP/2.0 {status} x\r\n{via}From: {self['from']}\r\nTo: {to}\r\nCall-ID: {self['call-id']}\r\n"
			f"CSeq: {self['cseq']}\r\n{extra}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
		)


class Phones:
	"""A UDP port with phones on it, beside an Asterisk at `pbx_port`; `rung` are the calls that reached them."""

	def __init__(self, port: int, pbx_port: int):
		self.port, self.pbx_port = port, pbx_port
		self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		self.socket.bind(("127.0.0.1", port))
		self.calls: dict[str, Leg] = {}
		self.rung: list[Leg] = []
		self._seen: set[tuple] = set()
		threading.Thread(target=self._run, daemon=True).start()

	def call(self, user: str, number: str, headers: str = "", name: str = "") -> "Leg":
		"""Let a phone call a number; returns its leg at once."""
		leg = Leg(self, user)
		leg.invite(number, headers, name)
		return leg

	def call_in(self, caller: str, number: str, name: str = "Customer") -> "Leg":
		"""Let a customer call by the trunk."""
		return self.call(caller, number, "X-Trunk: yes\r\n", name)

	def wait_for(self, user: str, state: str = "up", seconds: float = SECONDS) -> "Leg":
		"""Return the latest leg at a phone once it is in this state."""
		until = time.monotonic() + seconds
		while time.monotonic() < until:
			legs = [leg for leg in self.rung if leg.user == user and leg.state == state]
			if legs:
				return legs[-1]
			time.sleep(0.01)
		raise TimeoutError(f"{user} was not {state}")

	def send(self, text: str) -> None:
		"""Send a message to Asterisk."""
		self.socket.sendto(text.encode(), ("127.0.0.1", self.pbx_port))

	def close(self) -> None:
		"""Hear no more."""
		self.socket.close()

	def _run(self) -> None:
		while True:
			try:
				message = Message(self.socket.recv(65535).decode(errors="replace"))
			except OSError:
				return
			key = (message["via"], message.method, message["cseq"])
			if not message.status and key in self._seen:
				continue  # sent again
			self._seen.add(key)
			leg = self.calls.get(message["call-id"])
			if leg:
				leg.take(message)
			elif message.method == "INVITE":
				user = re.match(r"\w+ sips?:([^@;>]*)", message.first)[1]
				self.rung.append(Leg(self, user, message))
			elif message.method != "ACK" and not message.status:
				self.send(message.answer(200))


class Leg:
	"""A phone's side of a call; `state` is new, calling, ringing, up or over, `status` the SIP status of its end."""

	def __init__(self, phones: Phones, user: str, asked: Message | None = None):
		self.phones, self.user, self.asked = phones, user, asked
		self.state, self.status, self.tag = "new", None, secrets.token_hex(6)
		self.sequence, self.direction = 1, "sendrecv"
		self.contact = f"Contact: <sip:{user}@127.0.0.1:{phones.port}>\r\n{ALLOW}"
		if asked:
			self.id, self.remote, self.state = asked["call-id"], asked["from"], "ringing"
			self.local = f"{asked['to']};tag={self.tag}"
			self.target = re.search(r"<([^>]+)>", asked["contact"])[1]
			phones.calls[self.id] = self
			threading.Thread(target=self._act, daemon=True).start()

	def invite(self, number: str, headers: str, name: str) -> None:
		"""Call a number."""
		self.id, self.state = secrets.token_hex(6), "calling"
		self.target = f"sip:{number}@127.0.0.1:{self.phones.pbx_port}"
		shown = f'"{name}" ' if name else ""
		self.local, self.remote = f"{shown}<sip:{self.user}@127.0.0.1>;tag={self.tag}", f"<{self.target}>"
		self.phones.calls[self.id] = self
		self._branch = self.request("INVITE", headers, self._sdp())

	def wait(self, state: str = "up", seconds: float = SECONDS) -> "Leg":
		"""Return once it is in this state; raise TimeoutError when it never is."""
		until = time.monotonic() + seconds
		while self.state != state:
			if time.monotonic() > until or self.state == "over":
				raise TimeoutError(f"{self.user} is {self.state} ({self.status}), not {state}")
			time.sleep(0.01)
		return self

	def hang_up(self) -> None:
		"""End it."""
		self.request("BYE")
		self._end()

	def cancel(self) -> None:
		"""Give up before the answer."""
		self.request("CANCEL", sequence=self.sequence, branch=self._branch)

	def hold(self, direction: str = "sendonly") -> None:
		"""Put the other side on hold, or with sendrecv take it back."""
		self.direction = direction
		self.request("INVITE", body=self._sdp())

	def press(self, keys: str) -> None:
		"""Press keys, a moment apart."""
		for key in keys:
			kind = "Content-Type: application/dtmf-relay\r\n"
			self.request("INFO", kind, f"Signal={key}\r\nDuration=100\r\n")
			time.sleep(0.15)

	def refer(self, number: str, replaced: "Leg | None" = None) -> None:
		"""Transfer to a number, or with the leg of a consultation to whom that talks to."""
		to = f"sip:{number}@127.0.0.1:{self.phones.pbx_port}"
		if replaced:
			theirs = re.search(r"tag=([^;\s]+)", replaced.remote)[1]
			value = f"{replaced.id};to-tag={theirs};from-tag={replaced.tag}"
			to = f"{replaced.target}?Replaces={quote(value, safe='')}"
		self.request("REFER", f"Refer-To: <{to}>\r\nReferred-By: <sip:{self.user}@127.0.0.1>\r\n")

	def answer(self, status: int = 200, contact: str = "") -> None:
		"""Send the final response to the call that rings here."""
		body = self._sdp() if status == 200 else ""
		self.phones.send(self.asked.answer(status, self.tag, contact or self.contact, body))
		if status == 200:
			self.state = "up"
		else:
			self._end(status)

	def request(
		self, method: str, extra: str = "", body: str = "", sequence: int | None = None, branch: str = ""
	) -> str:
		"""Send a request within this call; returns its branch."""
		if sequence is None:
			self.sequence += 1
		branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
		kind = "Content-Type: application/sdp\r\n" if body.startswith("v=0") else ""
		self.phones.send(
			f"{method} {self.target} SIP/2.0\r\n"
			f"Via: SIP/2.0/UDP 127.0.0.1:{self.phones.port};branch={branch};rport\r\nMax-Forwards: 70\r\n"
			f"From: {self.local}\r\nTo: {self.remote}\r\nCall-ID: {self.id}\r\n"
			f"CSeq: {sequence or self.sequence} {method}\r\n{self.contact}"
			f"{extra}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
		)
		return branch

	def take(self, message: Message) -> None:
		"""Take a message of this call."""
		if message.status:
			self._take_response(message)
		elif message.method == "INVITE":
			self.phones.send(message.answer(200, self.tag, self.contact, self._sdp()))
		elif message.method != "ACK":
			self.phones.send(message.answer(200))
			if message.method == "CANCEL" and self.state == "ringing":
				self.answer(487)
			elif message.method == "BYE":
				self._end()

	def _take_response(self, message: Message) -> None:
		if message.method != "INVITE" or message.status < 200:
			return
		number = int(message["cseq"].split()[0])
		if message.status < 300:
			self.remote = message["to"]
			self.target = re.search(r"<([^>]+)>", message["contact"])[1]
			self.request("ACK", sequence=number)
			self.state = "up" if self.state == "calling" else self.state
			return
		kept, self.remote = self.remote, message["to"]
		self.request("ACK", sequence=number, branch=re.search(r"branch=([^;]+)", message["via"])[1])
		self.remote = kept
		if self.state == "calling":
			self._end(message.status)

	def _act(self) -> None:
		does = BEHAVIOUR.get(self.user[-1:], USUAL)
		if does.status not in (486, 404, 503):
			self.phones.send(self.asked.answer(180, self.tag, self.contact))
		if does.rings is None:
			return
		time.sleep(does.rings)
		if self.state != "ringing":
			return
		forwarded = f"Contact: <sip:{does.forwards_to}@127.0.0.1:{self.phones.pbx_port}>\r\n"
		self.answer(does.status, forwarded if does.forwards_to else "")
		if does.talks:
			time.sleep(does.talks)
			if self.state == "up":
				self.hang_up()

	def _end(self, status: int | None = None) -> None:
		self.state, self.status = "over", status

	def _sdp(self) -> str:
		# Nobody listens on the port of the sound: what Asterisk sends there is dropped.
		return (
			f"v=0\r\no=- 1 {secrets.randbits(16)} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
			f"m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na={self.direction}\r\n"
		)
