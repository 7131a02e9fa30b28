"""A dial: what a provider is given of a call, and what is known after it. Frozen values; places no call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from c2c_frappe.pbx.calls import status


@dataclass(frozen=True)
class DialRequest:
	"""One call to place: `extension` is the agent's, `number` the customer's as E.164 with its plus.

	`number_extension` are the digits to dial once the customer's switchboard answers, "" for none.
	`custom_data` are text pairs the PBX should keep with the call; `caller_id` may be empty. `user` is who calls
	and `call` our own name of the call, both "" from the command line. `shown_name` and `shown_number` are what the
	agent may see of the customer. `called_extension` is a colleague's, of a call that stays within the PBX; it has no
	number.
	"""

	extension: str
	number: str
	custom_data: Mapping[str, str] = field(default_factory=dict)
	caller_id: str = ""
	user: str = ""
	call: str = ""
	number_extension: str = ""
	shown_name: str = ""
	shown_number: str = ""
	called_extension: str = ""


@dataclass(frozen=True)
class DialResult:
	"""What is known after a dial: the kind of answer (a key of `status.DIAL_OUTCOMES`), a sentence, the PBX's id."""

	answer: str
	message: str
	pbx_call_id: str = ""

	@property
	def evidence(self) -> status.Evidence:
		"""Return what the answer is worth."""
		return status.dial_evidence(self.answer)

	@property
	def status(self) -> str:
		"""Return the status this answer gives a call."""
		return self.evidence.status

	@property
	def failure_code(self) -> str:
		"""Return the code PBX Call Log stores, "" when nothing failed."""
		return self.evidence.failure_code
