"""What the answer to a dial means, by the rules of an account's form. Raises nothing, sends nothing.

The documented yes is `accepted`, otherwise the documented no is Failed; a status that allows a call and a body that says neither
is `bad_reply`, for the phone may ring, or `unconfirmed` where the admin says that this PBX never says more. A 5xx is
`bad_reply` whatever its body says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialResult
from c2c_frappe.pbx.providers.generic_http.places import STATUS, Rule, Seen, fits_status
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpResponse

YES, NO, CALL_ID, ERROR, HINT = READS = ("Success", "Refusal", "Call ID", "Error text", "Hint")
# What a hint may say that a failure really is, as the form names it.
FAILURES = {
	"Refused": "pbx_rejected",
	"Unknown extension": "unknown_extension",
	"Extension offline": "extension_offline",
	"Invalid number": "invalid_number",
	"Bad credentials": "bad_credentials",
	"Not allow-listed": "not_allowlisted",
}


@dataclass(frozen=True)
class Reading:
	"""How to read an answer: which statuses allow a yes, the rules, and whether a body that says nothing is fine."""

	statuses: tuple[str, ...]
	rules: tuple[Rule, ...]
	accepts_unknown: bool = False

	def read(self, response: HttpResponse, secrets: tuple[str, ...]) -> DialResult:
		"""Say what the PBX's answer to a dial means."""
		seen = Seen(response)
		kind = self._kind(seen)
		call_ids = (responses.call_id(text, secrets) for text in self._texts(CALL_ID, seen))
		call_id = next((each for each in call_ids if each), "")
		if kind == "accepted":
			return DialResult(kind, _("The PBX accepted the call."), call_id)
		detail = self._said(seen, secrets)
		if status.dial_evidence(kind).status != status.FAILED:
			return DialResult(kind, _sentence(kind, response.status, detail), call_id)
		return self._failure(kind, seen, detail, call_id)

	def _kind(self, seen: Seen) -> str:
		http_status = seen.answer.status
		if not 200 <= http_status < 500:
			# What a fault says of the call is not to be relied on: the phone may ring.
			return status.by_http_status(http_status)
		is_allowed = any(fits_status(each, http_status) for each in self.statuses)
		says_yes = any(rule.holds(seen) for rule in self._rules_for(YES))
		if not says_yes and any(rule.holds(seen) for rule in self._rules_for(NO)):
			return "bad_credentials" if http_status in (401, 403) else "pbx_rejected"
		if not is_allowed:
			return status.by_http_status(http_status)
		if says_yes:
			return "accepted"
		if self.accepts_unknown:
			return "unconfirmed"
		return "bad_reply" if self._rules_for(YES) else "accepted"

	def token_refusal(self, response: HttpResponse, secrets: tuple[str, ...]) -> tuple[str, str]:
		"""Return (kind of answer, what it says) of an answer without a token; the kind is "not_sent" where it is no refusal.

		A PBX that answers 200 to everything says no here as it does to a call. 400 is what OAuth (RFC 6749) answers to a
		client it does not know.
		"""
		seen = Seen(response)
		is_no = 200 <= response.status < 500 and any(rule.holds(seen) for rule in self._rules_for(NO))
		if not is_no or any(rule.holds(seen) for rule in self._rules_for(YES)):
			kind = "bad_credentials" if response.status in (400, 401, 403) else "not_sent"
			return kind, responses.excerpt(response.text, secrets)
		hint = next((rule for rule in self._rules_for(HINT) if rule.holds(seen)), None)
		detail = " ".join(filter(None, (self._said(seen, secrets), hint.hint if hint else "")))
		return FAILURES.get(hint.meaning if hint else "", "bad_credentials"), detail

	def _failure(self, kind: str, seen: Seen, detail: str, call_id: str) -> DialResult:
		"""Return a failure with the first hint that fits it."""
		hint = next((rule for rule in self._rules_for(HINT) if rule.holds(seen)), None)
		if not hint:
			return DialResult(kind, _sentence(kind, seen.answer.status, detail), call_id)
		kind = FAILURES.get(hint.meaning, kind)
		sentence = _sentence(kind, seen.answer.status, detail)
		return DialResult(kind, _("{0} {1}", sentence, hint.hint) if hint.hint else sentence, call_id)

	def _rules_for(self, reads: str) -> list[Rule]:
		return [rule for rule in self.rules if rule.reads == reads]

	def _texts(self, reads: str, seen: Seen) -> Iterable[object]:
		return (rule.look(seen) for rule in self._rules_for(reads))

	def _said(self, seen: Seen, secrets: tuple[str, ...]) -> str:
		"""Return the error text where the rules know it, else the answer itself, as people may see it."""
		texts = (responses.excerpt(text, secrets) for text in self._texts(ERROR, seen))
		return next((text for text in texts if text), "") or responses.excerpt(seen.answer.text, secrets)


def _sentence(kind: str, http_status: int, detail: str) -> Text:
	reason = detail or _("no reason given")
	if kind == "unconfirmed":
		text = detail or _("an empty page")
		return _("The PBX did not say whether it accepted the call. Its response: {0}", text)
	if kind == "bad_reply":
		text = detail or _("empty.")
		return _(
			"The PBX's response cannot be read (HTTP {0}): {1} The phone may still ring.", http_status, text
		)
	if kind == "bad_credentials":
		return _("The PBX refused the account's key or password (HTTP {0}): {1}", http_status, reason)
	return _("The PBX refused the call (HTTP {0}): {1}", http_status, reason)


def is_usable(rule: Rule) -> bool:
	"""Whether a rule can be one about an answer: only a hint may be about a status alone, or mean something."""
	if rule.reads == HINT:
		return rule.meaning in ("", *FAILURES)
	return rule.reads in READS and rule.kind != STATUS and not rule.meaning
