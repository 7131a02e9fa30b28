"""Who called whom, by the cells of a row: direction, one's own phone, the other side's number. Pure; guesses no side.

A text that is there and cannot be read is never taken for an empty one: the row is broken and its reason shows it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.imports.cells import BrokenRowError, Cells, InternalCallError, text
from c2c_frappe.pbx.imports.vocabulary import INCOMING, NOBODY, OUTGOING, plain
from c2c_frappe.pbx.numbers import pbx_number, phone
from c2c_frappe.pbx.text import _

# A number no longer than this is a phone of one's own.
_OWN = re.compile(r"\d{1,6}", re.ASCII)
_SHORTENED = re.compile(r"\d[.,]?\d*e\+?\d+", re.IGNORECASE | re.ASCII)
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>[^<>]*")
_NAMED = re.compile(r"(?=[^(]*[^\W\d_]).*\(\s*(\+?\d[\d\s.\-/()]*)\)\s*")
_SIP = re.compile(r"(?:sips?:)?([^@:;\s]+)@.*|sips?:([^@:;\s]+).*", re.IGNORECASE)
_LABELED = re.compile(
	r"(?:extension|extn?|nebenstelle|nst|durchwahl|dw|poste|anexo|interno|int|ramal)\b[\s.:#-]*(\d{1,6})",
	re.IGNORECASE | re.ASCII,
)
# Asterisk's names: a phone's channel; voicemail of a phone, which FreePBX dials as vmu101; where a trunk comes in.
_CHANNEL = re.compile(r"[A-Za-z0-9]+/(\d{2,6})(?:@[^;/]*)?-[0-9a-f]{4,}(?:;\d)?", re.ASCII)
_VOICEMAIL = re.compile(r"vm[a-z]?(\d{2,6})", re.ASCII)
_TRUNK_ENTRY = "s"
# A number a PBX shows in part, or a code of stars; a single x is a slip.
_MASKED = re.compile(r"(?=.*(?:[*#]|[xX]{2}))[\d\s+().*#xX-]+")


@dataclass(frozen=True)
class Parties:
	"""Who spoke: direction, own extension or "", the other side's E.164 number or "", what else that may mean.

	`is_voicemail` says that a mailbox answered.
	"""

	direction: str
	extension: str
	number: str
	other_numbers: tuple[str, ...] = ()
	is_voicemail: bool = False


def read(
	cells: Cells, direction: str, countries: Sequence[str], own_numbers: Collection[str] = ()
) -> Parties:
	"""Return who called whom; `direction` is what the row states, "" when it does not.

	`own_numbers` are E.164 numbers of one's own lines. Raises BrokenRowError and InternalCallError.
	"""
	caller, called = _party(cells.get("caller")), _party(cells.get("called"))
	own_lines = {*own_numbers, *_line(_party(cells.get("own_number")), countries)[:1]}
	phones = [_channel(cells.get(name)) for name in ("caller_channel", "called_channel")]
	if not direction:
		sides = [_is_own_side(side, own_lines, countries) for side in (caller, called)]
		is_told = bool(cells.get("extension") or cells.get("number"))
		direction = _direction(caller, called, sides, phones, is_told)
	is_incoming = direction == INCOMING
	own, other = (called, caller) if is_incoming else (caller, called)
	# A queue or a ring group was called; the channel is of the phone that rang.
	extension = _party(cells.get("extension")) or phones[is_incoming] or _extension(own)
	written = _party(cells.get("number")) or other
	if _OWN.fullmatch(written):
		raise InternalCallError(_("The call is between two of your own phones."))
	number, *others = _numbers(written, countries) or ("",)
	if not number and not extension:
		raise BrokenRowError(_("No phone number or extension found in this row."))
	return Parties(direction, extension, number, tuple(others), bool(_VOICEMAIL.fullmatch(called)))


def lines(written: Iterable[str], countries: Sequence[str]) -> frozenset[str]:
	"""Return these numbers of one's own as E.164, without those that are none."""
	return frozenset(number for each in written for number in _line(_party(each), countries)[:1])


def _direction(caller: str, called: str, is_own: Sequence[bool], phones: Sequence[str], is_told: bool) -> str:
	"""Return the direction by which side is one's own; raise when neither is known to be."""
	if is_own[0] != is_own[1]:
		return INCOMING if is_own[1] else OUTGOING
	if all(is_own) and caller and called:
		raise InternalCallError(_("The call is between two of your own phones."))
	if phones[0] != phones[1] and not all(phones):
		return INCOMING if phones[1] else OUTGOING
	if caller and called and not is_told:
		raise BrokenRowError(
			_(
				"It is unclear which of {0} and {1} is yours. Choose a column for the direction.",
				caller,
				called,
			)
		)
	return INCOMING if caller and not called and not is_told else OUTGOING


def _is_own_side(written: str, own_lines: Collection[str], countries: Sequence[str]) -> bool:
	is_own = bool(_OWN.fullmatch(written) or _VOICEMAIL.fullmatch(written)) or written == _TRUNK_ENTRY
	return is_own or not set(own_lines).isdisjoint(_line(written, countries))


def _line(written: str, countries: Sequence[str]) -> tuple[str, ...]:
	"""Return what a number may mean as E.164, likeliest first, () for what is none."""
	try:
		return _numbers(written, countries)
	except BrokenRowError:
		return ()


def _extension(own: str) -> str:
	voicemail = _VOICEMAIL.fullmatch(own)
	return own if _OWN.fullmatch(own) else voicemail[1] if voicemail else ""


def _channel(cell: object) -> str:
	"""Return the phone a channel of Asterisk is of, "" for a trunk's."""
	channel = _CHANNEL.fullmatch(text(cell))
	return channel[1] if channel else ""


def _party(cell: object) -> str:
	"""Return the number, phone or name in a cell, without what stands around it; "" for nobody."""
	written = text(cell)
	for wrapped in (_IN_BRACKETS, _NAMED):
		inner = wrapped.fullmatch(written)
		written = text(inner[1]) if inner else written
	address = _SIP.fullmatch(written)
	written = (address[1] or address[2]) if address else written
	phone_named = _LABELED.fullmatch(written) or _CHANNEL.fullmatch(written)
	written = phone_named[1] if phone_named else written
	has_none = not re.search(r"\w", written) or plain(written) in NOBODY
	return "" if has_none else _in_full(written)


def _in_full(written: str) -> str:
	"""Return 447700900123 for 4.47700900123E+11; raise when a spreadsheet has cut digits off."""
	if not _SHORTENED.fullmatch(written):
		return written
	number = Decimal(written.replace(",", "."))
	if number.as_tuple().exponent != 0:
		raise BrokenRowError(
			_(
				"A spreadsheet has shortened the number {0}. Format its column as text and export it again.",
				written,
			)
		)
	return str(number)


def _numbers(written: str, countries: Sequence[str]) -> tuple[str, ...]:
	"""Return what a text may mean as E.164, likeliest first, () for none or a masked one; raise BrokenRowError."""
	if not written or written == _TRUNK_ENTRY or _OWN.fullmatch(written):
		return ()
	readings = pbx_number.readings(written, countries)
	if readings:
		return readings
	try:
		return (phone.find(written, countries).e164,)
	except InvalidNumberError as error:
		if _MASKED.fullmatch(written):
			return ()
		raise BrokenRowError(error.message) from None
