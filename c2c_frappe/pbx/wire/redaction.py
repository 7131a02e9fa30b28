"""Replaces secrets in texts that people may see, however a URL, HTML or JSON spells them. Knows no provider."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

MASK = "***"
SHORT_SECRET = 6


def redact(text: str, secrets: Iterable[str], only_whole: bool = False) -> str:
	"""Replace every secret in text, as it is and as URLs, HTML and JSON spell it.

	A short secret ("2") is replaced where it stands alone only, or it would blot out half of every sentence;
	`only_whole` asks the same of all.
	"""
	for secret in sorted((secret for secret in secrets if secret), key=len, reverse=True):
		spelt = "".join(_spellings(part) for part in re.findall(r"\\+|[^\\]", secret))
		is_whole = only_whole or len(secret) < SHORT_SECRET
		text = re.sub(rf"(?<!\w)(?:{spelt})(?!\w)" if is_whole else spelt, MASK, text)
	return text


# A backslash as it is, or as a URL or HTML spells it. JSON or a shell puts some before a sign, more with JSON in JSON.
_BACKSLASH = r"(?:\\|(?i:%(?:25)*5c|&#0*92;|&#x0*5c;))"
_MOST_ESCAPES = 7


def _spellings(part: str) -> str:
	"""Return a pattern for a character as it is, %2f or %252F, &amp; or &#x26;, \\u0026 or \\/; or for backslashes.

	A run of backslashes is one part: with a pattern for each there would be endless ways to share them out.
	"""
	if part.startswith("\\"):
		return rf"{_BACKSLASH}{{{len(part)},{len(part) * (_MOST_ESCAPES + 1)}}}"
	code, octets = ord(part), part.encode("utf-8", "surrogatepass")
	quoted = "".join(f"%(?:25)*{octet:02x}" for octet in octets)
	units = part.encode("utf-16-be", "surrogatepass").hex()
	in_json = "".join(rf"\\{{1,7}}u{units[at : at + 4]}" for at in range(0, len(units), 4))
	forms = [quoted, in_json, f"&#0*{code};", f"&#x0*{code:x};"]
	if escape(part) != part:
		forms.append(re.escape(escape(part)))
	as_space = "| " if part == "+" else ""
	return rf"{_BACKSLASH}{{0,{_MOST_ESCAPES}}}(?:{re.escape(part)}|(?i:{'|'.join(forms)}){as_space})"


# The last word of a name, of which `authToken` has two.
_SECRET_WORDS = {"token", "secret", "password", "passwd", "pwd", "authorization", "apikey", "auth", "jwt"}
_KEY_WORDS = {"api", "access", "private", "secret", "auth"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_IN_TEXT = re.compile(
	r"((?:token|secret|passw(?:or)?d|pwd|api[_-]?key|authorization)[\"']?\s*[=:>]\s*[\"']?)[^&\s\"'<>,;{}]{6,}",
	re.IGNORECASE,
)


def without_secrets(value: object, is_secret: bool = False) -> object:
	"""Return JSON with the values masked whose names say that they are secret, also in JSON that stands in a text."""
	if isinstance(value, dict):
		return {
			name: without_secrets(each, is_secret or _is_secret(str(name))) for name, each in value.items()
		}
	if isinstance(value, list):
		return [without_secrets(each, is_secret) for each in value]
	if not isinstance(value, str):
		return value
	if is_secret:
		return MASK if len(value) >= SHORT_SECRET else value
	return _IN_TEXT.sub(rf"\1{MASK}", value)


def _is_secret(name: str) -> bool:
	words = [word.lower() for word in _WORD.findall(name)] or [""]
	return words[-1] in _SECRET_WORDS or (words[-1] == "key" and not _KEY_WORDS.isdisjoint(words[:-1]))
