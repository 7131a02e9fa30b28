"""The small frozen values that cross the simulator's inner borders. No state, no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_EXTENSIONS = ("1000", "1001", "1002")
DEFAULT_ALLOW = ("127.0.0.1",)


@dataclass(frozen=True)
class Setup:
	"""What this PBX has and whom it lets in; an empty id or key means that any is accepted.

	`stats_api_key` is CommPeak's for its call records. `allow` are addresses or networks (`127.0.0.1`, `10.0.0.0/8`); `answer_after` seconds of ringing both
	the agent's phone and then the customer's are picked up by themselves, never when None.
	"""

	crm_id: str = ""
	client_id: str = ""
	api_key: str = ""
	extensions: tuple[str, ...] = DEFAULT_EXTENSIONS
	allow: tuple[str, ...] = DEFAULT_ALLOW
	answer_after: float | None = None
	stats_api_key: str = ""


@dataclass(frozen=True)
class ReceivedRequest:
	"""One HTTP request as it arrived.

	`target` is the request line's, raw; `path` its part before the query, still quoted; `query` is decoded
	(the last of equal keys), `form` a form-encoded or JSON body's; header names are lower case; `time` is in seconds since the epoch. `behaviour`
	is the kind that was applied and `call_id` the call it placed, None when it placed none.
	"""

	id: int
	time: float
	client: str
	method: str
	target: str
	path: str
	query: Mapping[str, str]
	headers: Mapping[str, str] = field(repr=False)
	behaviour: str = "ok"
	call_id: int | None = None
	form: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Dial:
	"""What a request asks for in its vendor's API; `extension` and `number` as they were sent.

	`shape` is "call" or "click2call" (CommPeak), "c2c_v2" (Primevox) or how a generic PBX answers.
	"""

	provider: str
	shape: str
	extension: str
	number: str
	prefix: str = ""
	custom_data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
	"""An HTTP answer before it is put on the wire; `headers` come on top of type, length and connection."""

	status: int
	body: bytes
	content_type: str = "application/json"
	headers: Mapping[str, str] = field(default_factory=dict)
