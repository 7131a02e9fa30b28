"""Makes a click into a call that may be placed, or into the reason why it may not: one frozen value of either kind.

Finds the phone and the number and asks the checks. Writes nothing and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.utils import cint

from c2c_frappe import companies, current_settings, messages
from c2c_frappe.accounts import extensions, providers
from c2c_frappe.call_log.dial_guard import Draft
from c2c_frappe.dialing import checks, internal_calls, routing, site_address
from c2c_frappe.pbx.calls import custom_data, in_flight, lines
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.calls.in_flight import Conflicts, DialLimits
from c2c_frappe.pbx.errors import InvalidNumberError, PbxError, RefusedError
from c2c_frappe.pbx.lists.number_caps import NumberCaps
from c2c_frappe.pbx.numbers import choice, phone
from c2c_frappe.pbx.numbers.choice import Choice
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.phone_book import index, people, record_numbers
from c2c_frappe.phone_book.countries import countries_of_dial
from c2c_frappe.phone_book.record_numbers import Record
from c2c_frappe.replies import screen_pop


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
	# Which of the agent's own phones is to ring: the name of a row on their User, "" for the first.
	phone: str = ""
	# The agent's own device places the call, and no PBX is asked.
	is_from_device: bool = False
	# Only "Make a test call" chooses the account; the browser's clicks never do.
	account: str = ""
	# The entry of a list that is called.
	entry: str = ""


@dataclass(frozen=True)
class Prepared:
	"""A call that may be placed: what its row is to hold and to take, what its PBX is sent, and the caps it must keep.

	Without a provider nothing is sent: the agent's own device dials.
	"""

	draft: Draft
	limits: DialLimits
	caps: Mapping[str, int]
	number_caps: NumberCaps
	provider: Provider | None
	request: DialRequest


@dataclass(frozen=True)
class Refusal:
	"""A click that becomes no call: what was found out about it, the code, and the sentence for who clicked."""

	draft: Draft
	failure_code: str
	message: str


def prepare(click: Click, conflicts: Conflicts) -> Prepared | Refusal:
	"""Return the call that the logged-in user's click means, or why it may not be placed.

	Raise PermissionError if the user may not read the record.
	"""
	settings = current_settings.settings()
	draft = Draft(frappe.session.user, click.request_id, entry=click.entry)
	try:
		record = _record(click)
		if record:
			draft = _to_record(draft, record)
		_check_switched_on(settings)
		phones = extensions.read_phones(draft.agent)
		own_phone = phones.chosen(click.phone)
		account_name = click.account or own_phone.account or settings.default_account or ""
		if click.is_from_device:
			account, provider = _account_of_device(account_name, settings), None
		else:
			draft = replace(draft, extension=own_phone.extension, account=account_name)
			account = _account(draft, click.phone)
			# Rules may choose another account, and only a colleague's extension asks this one's before.
			provider = None if record and settings.line_rules else providers.provider_of(account)
		countries = countries_of_dial(record.country if record else "", account, settings)
		chosen = _chosen(click, record, countries)
		draft = _to_number(draft, record, chosen)
		_check_number_is_seen(click, draft)
		colleague = "" if record else internal_calls.extension_in(click.number, account, provider)
		if colleague:
			number, draft = None, _to_colleague(draft, colleague)
		else:
			number = _number(chosen.text if chosen else _typed(click, settings), countries, draft.mask)
			draft = replace(draft, number=number.e164, number_extension=number.extension)
		linked, place = _linked(record, draft, click)
		line = lines.Line(lines.Phone(draft.extension, account_name, click.phone))
		if not click.is_from_device:
			if number and not click.account:
				company = linked.company if linked else ""
				line = routing.line_of(settings, phones, line.phone, company, number)
			draft, account, provider = _on_line(draft, line, account, provider)
			caller_id = routing.shown_number(line, own_phone.caller_id, account, provider)
			draft = replace(draft, caller_id=caller_id)
		draft = replace(draft, company=_company(draft, account, linked))
		is_refused = chosen is not None and chosen.do_not_call
		is_repeat = conflicts.same_call(draft.agent, draft.number, draft.number_extension) is not None
		override = click.override.strip()
		own_number = _own_number(line.phone, account, settings)
		request = checks.Request(draft, number, is_refused, override, is_repeat, account.modified, own_number)
		overridden = checks.screen(request, settings)
		draft = replace(draft, overridden=overridden, override_reason=override if overridden else "")
		# Not before: the checks take a record of the draft for one whose own refusal was read with its number.
		draft = replace(draft, **place)
	except PbxError as refusal:
		return Refusal(draft, refusal.failure_code, messages.sentence(refusal.message))
	data = filled_custom_data(settings, draft, linked.company if linked else "") if provider else {}
	limits = _limits(account, provider, settings)
	caps = (checks.caps(settings), checks.number_caps(settings))
	return Prepared(draft, limits, *caps, provider, dial_request(draft, data))


def _record(click: Click) -> Record | None:
	doctype = click.reference_doctype
	return record_numbers.load(doctype, click.reference_name) if doctype else None


def _to_record(draft: Draft, record: Record) -> Draft:
	document = record.document
	title = people.title_of(document)
	return replace(draft, reference_doctype=document.doctype, reference_name=document.name, title=title)


def _to_number(draft: Draft, record: Record | None, chosen: Choice | None) -> Draft:
	"""Return the draft with what the chosen number adds: its mask, and the Contact of the record who is called."""
	if not chosen:
		return draft
	draft = replace(draft, mask=chosen.shown if chosen.is_masked else "", contact=chosen.contact)
	person = chosen.person or (people.contact_name(chosen.contact) if chosen.contact else "")
	return replace(draft, title=people.title_of(record.document, person)) if person else draft


def _to_colleague(draft: Draft, extension: str) -> Draft:
	if extension == draft.extension:
		raise RefusedError("number_not_allowed", _("{0} is your own extension.").format(extension))
	title = internal_calls.title_of(extension, draft.account)
	return replace(draft, number_extension=extension, title=title)


def _linked(record: Record | None, draft: Draft, click: Click) -> tuple[Record | None, dict]:
	"""Return the record of a click, and what it adds to the draft: a number that was typed gets the one record it stands on.

	Of several that this user may read the browser has asked which, and sent it.
	"""
	if record or click.account or draft.is_internal:
		return record, {}
	records = screen_pop.records_of(index.matching_records(draft.number), draft.agent)
	if len(records) != 1:
		return None, {}
	(only,) = records
	place = {"reference_doctype": only["doctype"], "reference_name": only["name"]}
	place.update(contact=only["contact"], title=only["title"])
	return record_numbers.load(only["doctype"], only["name"]), place


def _on_line(draft: Draft, line: lines.Line, account, provider: Provider | None) -> tuple:
	"""Return (draft, account, provider) of the phone the rules choose; these are of the one that was chosen."""
	draft = replace(draft, extension=line.phone.extension)
	if line.phone.account == draft.account:
		return draft, account, provider or providers.provider_of(account)
	draft = replace(draft, account=line.phone.account)
	account = _account(draft, "")
	return draft, account, providers.provider_of(account)


def _company(draft: Draft, account, record: Record | None) -> str:
	"""Return the company of a call; raise RefusedError where its agent is kept from the calls of that company."""
	if draft.account and companies.are_kept_from(draft.agent, account):
		sentence = _(
			"Your phone is on the account {0} of {1}, which your User Permissions do not allow. Ask your administrator."
		)
		raise RefusedError("no_extension", sentence.format(draft.account, account.get(companies.FIELD)))
	return companies.of_call(account, draft.agent, record.company if record else "")


def _check_switched_on(settings) -> None:
	if not settings.enabled:
		raise RefusedError("disabled", _("Click to Call is switched off. A PBX Manager can switch it on."))
	if not site_address.is_confirmed(settings):
		sentence = _(
			"This site runs under a new address. A PBX Manager must confirm it before calls are placed."
		)
		raise RefusedError("disabled", sentence)


def _account(draft: Draft, row: str):
	if not draft.extension and row:
		raise RefusedError(
			"no_extension",
			_("This phone is no longer one of yours. Reload the page and choose another one."),
		)
	if not draft.extension:
		raise RefusedError("no_extension", _("You have no extension yet. Ask your administrator for one."))
	account = current_settings.account(draft.account)
	if not account:
		raise RefusedError("misconfigured", _("You have no PBX account. Ask a PBX Manager to assign one."))
	if not account.enabled:
		sentence = _("The PBX account {0} is switched off. A PBX Manager can switch it on.")
		raise RefusedError("disabled", sentence.format(draft.account))
	return account


def _account_of_device(name: str, settings):
	"""Return the agent's account, for the country numbers are read in, or what has none; it may be switched off."""
	if not settings.allow_device_calls:
		sentence = _("Calls from your own device are switched off. A PBX Manager can switch them on.")
		raise RefusedError("disabled", sentence)
	return current_settings.account(name) or frappe._dict()


def _check_number_is_seen(click: Click, draft: Draft) -> None:
	"""Raise RefusedError where the device would show its user a number that is masked from them."""
	if click.is_from_device and draft.mask:
		sentence = _("{0} is masked, and your device would show it. Call it with your PBX phone.")
		raise RefusedError("number_not_allowed", sentence.format(draft.mask))


def _chosen(click: Click, record: Record | None, countries: tuple[str, ...]) -> Choice | None:
	"""Return which of the record's numbers the click means, None without a record; raise RefusedError for none."""
	if not record:
		return None
	wanted = (click.fieldname, click.row, click.number)
	chosen = choice.choose_own_first(record.own, lambda: record.contact_numbers, *wanted, countries)
	if not chosen:
		raise RefusedError("no_number", _why_none_fits(click, record))
	return chosen


def _why_none_fits(click: Click, record: Record) -> str:
	if not record.choices:
		return _("This record has no phone number. Add one and save it to call.")
	if any(each.is_masked and each.shown == click.number for each in record.choices):
		sentence = _("Several numbers of this record look like {0}. Call the one you mean from its field.")
		return sentence.format(click.number)
	return _("That number is not on this record. Save or reload it, and call again.")


def _typed(click: Click, settings) -> str:
	if not click.number:
		raise RefusedError("no_number", _("Enter a number to call."))
	if not settings.allow_any_number:
		raise RefusedError("number_not_allowed", _("Only numbers found on a record may be called here."))
	return click.number


def _number(text: str, countries: tuple[str, ...], mask: str) -> PhoneNumber:
	"""Read the number; of one that its agent may not see nothing is repeated."""
	try:
		return phone.find(text, countries)
	except InvalidNumberError as error:
		if not mask:
			raise
		sentence = _("The number masked as {0} cannot be called. Ask someone who can see it to correct it.")
		raise RefusedError(error.failure_code, sentence.format(mask)) from None


def _own_number(ringing: lines.Phone, account, settings) -> PhoneNumber | None:
	"""Return the number of a row's phone, None for an extension of the PBX; where its customer is decides nothing."""
	if not ringing.row:
		return None
	return phone.public_number(ringing.extension, countries_of_dial("", account, settings))


def _limits(account, provider: Provider | None, settings) -> DialLimits:
	"""Return what the row is to take: a quarter of the web workers at most, whatever the account says."""
	if not provider:
		return DialLimits(0, 0, 0, cint(settings.repeat_window))
	site_slots = in_flight.slots_of_site(cint(frappe.conf.gunicorn_workers))
	account_slots = min(cint(account.max_calls_in_flight) or site_slots, site_slots)
	return DialLimits(account_slots, site_slots, provider.connection.deadline, cint(settings.repeat_window))


def filled_custom_data(settings, draft: Draft, company: str) -> dict[str, str]:
	"""Return the pairs of PBX Settings filled in for a call."""
	pairs = [(row.key, row.value) for row in settings.custom_data_fields]
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


def dial_request(draft: Draft, data: dict[str, str]) -> DialRequest:
	"""Return what a provider is given of a call."""
	behind, colleague = ("", draft.number_extension) if draft.is_internal else (draft.number_extension, "")
	shown = draft.title, "" if draft.mask else draft.number
	return DialRequest(
		draft.extension,
		draft.number,
		data,
		draft.caller_id,
		draft.agent,
		draft.name,
		behind,
		*shown,
		colleague,
	)
