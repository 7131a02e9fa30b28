"""Takes apart what people type in a phone field: invisible marks, labels, extensions, several numbers in one.

Knows no numbering plan, and never turns letters into digits.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.text import _

MAX_TEXT = 250

_ALIKE = {
	"+": "＋﹢",
	"-": "−ー",
	"/": "／⁄∕",
	"(": "（",
	")": "）",
	".": "．。·•∙・",
	",": "，、",
	";": "；",
	":": "：",
	"*": "＊﹡∗⁎",
	"#": "＃﹟",
	"|": "｜",
	"&": "＆",
	" ": "\t",
	"\n": "\r\v\f\x85\u2028\u2029",
	"": "☎☏✆📞📱\ufe0e\ufe0f",
}
_SYMBOLS = {ord(character): plain for plain, alike in _ALIKE.items() for character in alike}
_LABEL = re.compile(
	r"^\s*(?:(?:tel|telephone|phone|mobile|mob|cell)\b[.:]*(?://)?|[tmp][.:])\s*", re.IGNORECASE
)
# r. is Brazil's ramal, DW the Durchwahl of Germany and Austria.
_EXTENSION_WORDS = r"extension|extn|ext|x|доб|anexo|interno|poste|durchwahl|dw|ramal|r(?=\.)"
_EXTENSION = re.compile(
	r"(?:;\s*ext=|,{2,}|(?<=[\d)])\s*[,;]?\s*#|[,;]?\s*(?<![^\W\d_])(?:"
	+ _EXTENSION_WORDS
	+ r")[.:]?)\s*(\d{1,9})\s*$",
	re.IGNORECASE,
)
_BEFORE_EXTENSION = rf"\s*(?:#|(?:{_EXTENSION_WORDS})[.:]?)\s*\d"
# A single comma separates, two are a pause before an extension.
_SEPARATORS = re.compile(
	rf"\n|[|&]|;(?!\s*ext=)(?!{_BEFORE_EXTENSION})|(?<!,),(?!,)(?!{_BEFORE_EXTENSION})"
	r"|(?<=[\d)])\s*(?=\+)|(?<=\s)(?:or|and|oder|und|ou|et)(?=\s)",
	re.IGNORECASE,
)

# So many digits in a sentence may be a number, or so much of one that the rest is soon guessed.
_DIGITS = re.compile(r"\+?\d(?:[^\w:]{0,3}\d){4,}")
HIDDEN = "XXXXXXXX"


class ServiceCodeError(InvalidNumberError):
	"""The text is a star, hash, short or emergency code: it has no E.164 form and is never dialed."""

	failure_code = "number_not_allowed"


def clean(text: str) -> str:
	"""Return text with every kind of digit, space, dash and sign as its ASCII form, invisible marks dropped."""
	return "".join(_clean_character(character) for character in text.translate(_SYMBOLS))


def _clean_character(character: str) -> str:
	if "Ａ" <= character <= "ｚ":
		return chr(ord(character) - 0xFEE0)
	category = unicodedata.category(character)
	if category == "Nd":
		return str(unicodedata.decimal(character))
	return {"Zs": " ", "Pd": "-", "Cf": ""}.get(category, character)


def without_numbers(text: str) -> str:
	"""Return text with all that may be a phone number hidden, for who may call a number and not see it."""
	return _DIGITS.sub(HIDDEN, text)


def split(text: str) -> list[str]:
	"""Return the numbers written in one field, cleaned but not yet read; [] when it holds no digit.

	Separators are new lines, "|", "&", ";", a single ",", the words or, and, oder, und, ou, et, a second "+",
	and a "/" that follows a whole number ("030/1234567" is one number). A fragment such as the "19" of
	"020 7946 0018/19" stays a piece of its own, which `phone.read` refuses: who knows which digits it replaces?
	"""
	pieces = (part for piece in _SEPARATORS.split(clean(text)) for part in _split_at_slashes(piece))
	return [piece.strip() for piece in pieces if re.search(r"\d", piece)]


def _split_at_slashes(piece: str) -> list[str]:
	"""Split at each "/" that has a whole number before it; a shorter run of digits is an area code."""
	parts, current = [], ""
	for part in piece.split("/"):
		if _is_whole(current):
			parts.append(current)
			current = part
		else:
			current = f"{current}/{part}" if current else part
	return [*parts, current]


def _is_whole(text: str) -> bool:
	"""Whether text has the digits of a whole number: 7, or 9 after a +, or 11 with a leading 00."""
	digits = re.sub(r"\D", "", text)
	if "+" in text:
		return len(digits) >= 9
	return len(digits) >= (11 if digits.startswith("00") else 7)


def take_apart(text: str) -> tuple[str, str]:
	"""Return the one number in text, without its label, and the digits of its extension.

	Raises InvalidNumberError for nothing, letters or several numbers, ServiceCodeError for * and #.
	"""
	if len(text) > MAX_TEXT:
		raise InvalidNumberError(_("The text is too long for a phone number. Enter one number."))
	body = clean(text).strip()
	if body.lower().startswith("tel:"):
		body = clean(unquote(body))
	if re.search(r"[*#]", _EXTENSION.sub("", body)):
		raise ServiceCodeError(
			_("Codes with * or # are not dialed. Enter a plain phone number; write an extension as x123.")
		)
	if len(split(body)) > 1:
		raise InvalidNumberError(_("{0} holds several numbers. Choose one of them.", body))
	body = _LABEL.sub("", body)
	extension = _EXTENSION.search(body)
	body = body[: extension.start()] if extension else body
	_refuse_words(body)
	return body.strip(" ,;:"), extension.group(1) if extension else ""


def _refuse_words(body: str) -> None:
	if any(character.isalpha() for character in body):
		raise InvalidNumberError(_("{0} has letters in it. Enter the number in digits only.", body))
	if not re.search(r"\d", body):
		raise InvalidNumberError(_("There is no phone number. Enter one."))
