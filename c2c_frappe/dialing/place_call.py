"""The use case "place a call": who asks, which number, may it be dialled, the row, one request, the answer.

In the web request on purpose: a rep must not wait behind a queue. Nothing here sends twice, and nothing is
decided here that `pbx/` can decide.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.utils import cint

from c2c_frappe import messages
from c2c_frappe.accounts import extensions, providers
from c2c_frappe.call_log import rows
from c2c_frappe.call_log.rows import Draft
from c2c_frappe.dialing import checks, site_address
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import custom_data, guards, status
from c2c_frappe.pbx.calls.in_flight import Busy, Guards
from c2c_frappe.pbx.errors import InvalidNumberError, PbxError, RefusedError
from c2c_frappe.pbx.numbers import choice, phone
from c2c_frappe.pbx.numbers.choice import Choice
from c2c_frappe.pbx.numbers.phone_text import without_numbers
from c2c_frappe.pbx.providers.base import DialRequest
from c2c_frappe.phone_book import record_numbers
from c2c_frappe.replies import call_state


@dataclass(frozen=True)
class Click:
	"""What the browser sent: with a record, the rest only chooses among the numbers found on it."""

	reference_doctype: str = ""
	reference_name: str = ""
	fieldname: str = ""
	row: str = ""
	number: str = ""
	request_id: str = ""
	# Why the call is to be placed despite a refusal that may be overridden.
	override: str = ""
	# Only "Make a test call" chooses the account; the browser's clicks never do.
	account: str = ""


def dial(click: Click) -> dict:
	"""Place one call for the logged-in user, who may call, and return the reply for the browser.

	Raise PermissionError if the user may not read the record or the request id is another user's.
	"""
	attempt = Attempt(replace(click, request_id=_known_form(click.request_id)))
	earlier = attempt.held.same_request
	return _repeated(earlier) if earlier else _dial(attempt)


def _known_form(request_id: str) -> str:
	"""Return a request's id as it may be stored and shown: the hash of one that is too long or has odd signs."""
	is_plain = re.fullmatch(r"[\w.:-]{0,140}", request_id, re.ASCII)
	return request_id if is_plain else hashlib.sha256(request_id.encode("utf-8", "replace")).hexdigest()


def test_call(account: str, number: str) -> dict:
	"""Call a number through this account as `dial` does; the reply also has `request`, its secrets masked."""
	attempt = Attempt(Click(number=number, account=account))
	reply = _dial(attempt)
	is_sent = reply["status"] != status.FAILED or reply["failure_code"] not in status.REFUSALS
	return {**reply, "request": attempt.masked_request() if is_sent else ""}


def _dial(attempt: Attempt) -> dict:
	try:
		attempt.prepare()
		earlier = rows.open(attempt.draft, attempt.guards(), attempt.custom_data(), attempt.held)
	except PbxError as refusal:
		return _refuse(attempt.draft, refusal.failure_code, messages.sentence(refusal.message))
	except Busy:
		return _refuse(attempt.draft, "pbx_busy", _busy_sentence())
	return _repeated(earlier) if earlier else _tell(attempt.place())


def _refuse(draft: Draft, failure_code: str, message: str) -> dict:
	row, is_new = rows.refuse(draft, failure_code, _fit_for(draft, message))
	return _tell(row) if is_new else _repeated(row)


def _fit_for(draft: Draft, message: str) -> str:
	"""Return what is said of a call as its agent may read it: a PBX likes to repeat the number it was sent."""
	return without_numbers(message) if draft.mask else message


def _repeated(row: dict) -> dict:
	if row["agent"] != frappe.session.user:
		frappe.throw(_("This request belongs to another user."), frappe.PermissionError)
	return call_state.reply(row, repeated=True)


def _tell(row: dict) -> dict:
	reply = call_state.reply(row)
	frappe.publish_realtime(call_state.EVENT, reply, user=row["agent"])
	return reply


def _busy_sentence() -> str:
	return _(
		"The PBX is slow to answer and all lines to it are taken. Nothing was sent: try again in a moment."
	)


class Attempt:
	"""One click on its way to a call: each step adds to `draft` what it found, or raises RefusedError."""

	def __init__(self, click: Click):
		self.click = click
		self.settings = frappe.get_cached_doc("PBX Settings")
		self.record: record_numbers.Record | None = None
		self.do_not_call = False
		self.draft = Draft(frappe.session.user, click.request_id)
		self.held = rows.look(self.draft.agent, click.request_id)

	def prepare(self) -> None:
		"""Find the phone and the number, and ask policy; nothing is written and nothing is sent."""
		self._find_record()
		self._find_phone()
		self._find_number()
		self._screen()

	def _note(self, **found: str) -> None:
		self.draft = replace(self.draft, **found)

	def _find_record(self) -> None:
		doctype, name = self.click.reference_doctype, self.click.reference_name
		if doctype:
			self.record = record_numbers.of_record(doctype, name)
			self._note(reference_doctype=doctype, reference_name=self.record.name)

	def _find_phone(self) -> None:
		if not self.settings.enabled:
			raise RefusedError(
				"disabled", _("Click to Call is switched off. A PBX Manager can switch it on.")
			)
		if not site_address.is_confirmed():
			raise RefusedError(
				"disabled",
				_(
					"This site runs under a new address. A PBX Manager must confirm it before calls are placed."
				),
			)
		own = extensions.of_user(self.draft.agent)
		account = self.click.account or own.account or self.settings.default_account or ""
		self._note(extension=own.extension, account=account)
		if not own.extension:
			raise RefusedError(
				"no_extension", _("You have no extension yet. Ask your administrator for one.")
			)
		self.caller_id = own.caller_id
		self._find_account(account)

	def _find_account(self, name: str) -> None:
		self.account = providers.by_name(name)
		if not self.account:
			raise RefusedError(
				"misconfigured", _("There is no PBX account for you. Ask a PBX Manager to set one.")
			)
		if not self.account.enabled:
			raise RefusedError(
				"disabled",
				_("The PBX account {0} is switched off. A PBX Manager can switch it on.").format(name),
			)
		self.provider = providers.provider_of(self.account)

	@property
	def countries(self) -> tuple[str, ...]:
		"""Return whose country decides when a number has no plus, best first."""
		return record_numbers.deciding_countries(self.record, self.account.name)

	def _find_number(self) -> None:
		chosen = self._chosen() if self.record else None
		if chosen and chosen.is_masked:
			self._note(mask=chosen.shown)
		try:
			self.number = phone.find(chosen.text if chosen else self._typed(), self.countries)
		except InvalidNumberError as error:
			if not self.draft.mask:
				raise
			sentence = _("The number behind {0} cannot be called. Ask somebody who sees it to correct it.")
			raise RefusedError(error.failure_code, sentence.format(self.draft.mask)) from None
		self._note(number=self.number.e164)

	def _typed(self) -> str:
		if not self.click.number:
			raise RefusedError("no_number", _("Enter a number to call."))
		if not self.settings.allow_any_number:
			raise RefusedError("number_not_allowed", _("Only numbers found on a record may be called here."))
		return self.click.number

	def _chosen(self) -> Choice:
		click, record = self.click, self.record
		wanted = (click.fieldname, click.row, click.number)
		chosen = choice.choose_own_first(record.own, lambda: record.of_contacts, *wanted, self.countries)
		if not chosen:
			raise RefusedError("no_number", self._why_none_fits())
		self.do_not_call = chosen.do_not_call
		return chosen

	def _why_none_fits(self) -> str:
		if not self.record.choices:
			return _("There is no phone number here yet. Add one, save, and call.")
		if any(choice.is_masked and choice.shown == self.click.number for choice in self.record.choices):
			return _(
				"Several numbers of this record look like {0}. Call the one you mean from its field."
			).format(self.click.number)
		return _("That number is not on this record. Save or reload it, and call again.")

	def _screen(self) -> None:
		is_repeat = self.held.same_call(self.draft.agent, self.draft.number) is not None
		override = self.click.override.strip()
		wanted = checks.Request(self.draft, self.number, self.do_not_call, override, is_repeat)
		overridden = checks.screen(wanted, self.settings)
		if overridden:
			self._note(overridden=overridden, override_reason=wanted.override)

	def guards(self) -> Guards:
		"""Return what the row is to take: a quarter of the web workers at most, whatever the account says."""
		site_slots = guards.slots_of_site(cint(frappe.conf.gunicorn_workers))
		account_slots = min(cint(self.account.max_calls_in_flight) or site_slots, site_slots)
		deadline = self.provider.connection.deadline
		return Guards(account_slots, site_slots, deadline, cint(self.settings.repeat_window))

	def custom_data(self) -> dict[str, str]:
		"""Return the pairs of PBX Settings filled in for this call."""
		return filled_custom_data(self.draft, self.record.company if self.record else "")

	def place(self) -> dict:
		"""Send the one request of a row that is committed, save what came of it, and return the row."""
		result = exchange.place(self.provider, self._request())
		window = cint(self.settings.repeat_window)
		message = _fit_for(self.draft, messages.sentence(result.message))
		return rows.close(self.draft.name, result, message, window)

	def masked_request(self) -> str:
		"""Return the request as it was sent, its secrets masked."""
		return exchange.masked(lambda: self.provider.dial_request(self._request()))

	def _request(self) -> DialRequest:
		return dial_request(self.draft, self.custom_data(), self.caller_id)


def filled_custom_data(draft: Draft, company: str) -> dict[str, str]:
	"""Return the pairs of PBX Settings filled in for a call."""
	pairs = [(row.key, row.value) for row in frappe.get_cached_doc("PBX Settings").custom_data_fields]
	return custom_data.fill(
		pairs,
		{
			"reference_doctype": draft.reference_doctype,
			"reference_name": draft.reference_name,
			"call": draft.name,
			"user": draft.agent,
			"company": company,
			"site": frappe.local.site,
		},
	)


def dial_request(draft: Draft, data: dict[str, str], caller_id: str) -> DialRequest:
	"""Return what a provider is told of a call."""
	return DialRequest(draft.extension, draft.number, data, caller_id, draft.agent, draft.name)
