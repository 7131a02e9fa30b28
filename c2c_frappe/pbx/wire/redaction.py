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
