"""An HTTP request that is ready to leave, how to reach a PBX, and what comes back: frozen values. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from c2c_frappe.pbx.wire.addresses import ANY
from c2c_frappe.pbx.wire.redaction import redact

MAX_RESPONSE = 64 * 1024


@dataclass(frozen=True)
class HttpRequest:
	"""A request ready to leave: `url` complete and quoted. Its repr and `masked()` hide every secret.

	`is_question` says that it can ring no phone; of all others a dial sends one.
	"""

	method: str
	url: str = field(repr=False)
	headers: Mapping[str, str] = field(default_factory=dict, repr=False)
	body: bytes | None = field(default=None, repr=False)
	secrets: tuple[str, ...] = field(default=(), repr=False)
	is_question: bool = False

	def masked(self) -> str:
		"""Return "METHOD url" with the secrets replaced, fit for logs and for people."""
		return f"{self.method} {redact(self.url, self.secrets)}"


@dataclass(frozen=True)
class Connection:
	"""How to reach a PBX: seconds to connect, seconds to answer; both together are the whole exchange's deadline.

	An answer is cut at `max_response` bytes. `reach` says which network addresses may be connected to (`addresses`).
	"""

	connect_timeout: float = 3
	read_timeout: float = 7
	ca_file: str = ""
	use_proxy: bool = False
	max_response: int = MAX_RESPONSE
	reach: str = ANY

	@property
	def deadline(self) -> float:
		"""Return the seconds after which the socket is shut, however slowly bytes still drip in."""
		return self.connect_timeout + self.read_timeout

	def within(self, seconds: float) -> Connection:
		"""Return the same with what is left of a deadline that several requests share."""
		connect = min(self.connect_timeout, seconds)
		return replace(self, connect_timeout=connect, read_timeout=min(self.read_timeout, seconds - connect))


@dataclass(frozen=True)
class HttpResponse:
	"""What came back: `status` as an integer, `text` decoded and cut, `challenge` the header WWW-Authenticate."""

	status: int
	text: str = field(repr=False, default="")
	content_type: str = ""
	challenge: str = field(repr=False, default="")


def shown(request: HttpRequest) -> dict:
	"""Return all of a request as people may see it: {is_question, method, url, headers, body}, secrets masked."""
	body = (request.body or b"").decode("utf-8", "replace")
	return {
		"is_question": request.is_question,
		"method": request.method,
		"url": redact(request.url, request.secrets),
		"headers": {name: redact(value, request.secrets) for name, value in request.headers.items()},
		"body": redact(body, request.secrets),
	}
