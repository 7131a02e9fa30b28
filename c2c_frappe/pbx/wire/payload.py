"""Reads what a webhook brings: a form of either kind, JSON, JSON in a form field or in a text body. Raises nothing.

A body that cannot be read is kept as it came, under UNREAD, and so told from one that says nothing.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Mapping
from email.message import Message
from email.parser import BytesParser
from urllib.parse import parse_qsl

MAX_BODY = 64 * 1024
# In the address they say who sends; only the first of each name does, the rest is the vendor's own.
CREDENTIALS = ("account", "token")
UNREAD = "unreadable_body"
DEEPEST = 40
_BOM = "\ufeff"
# Marks of the order of bytes, the longer one first.
_MARKS = (
	(codecs.BOM_UTF8, "utf-8"),
	(codecs.BOM_UTF32_LE, "utf-32"),
	(codecs.BOM_UTF32_BE, "utf-32"),
	(codecs.BOM_UTF16_LE, "utf-16"),
	(codecs.BOM_UTF16_BE, "utf-16"),
)


def read(query: Mapping[str, str] | Iterable[tuple[str, str]], content_type: str, body: bytes) -> dict:
	"""Return the event's names and values; those of the body win over the query's.

	A value is text, or what JSON makes of it; a number with a fraction is text too, as it was written.
	"""
	declared = _read_content_type(content_type)
	fields = {**_without_credentials(query), **_read_body(declared, content_type, body)}
	return _writable(_unpack(fields))


def _without_credentials(query: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict:
	fields, ours = {}, set(CREDENTIALS)
	for name, value in query.items() if isinstance(query, Mapping) else query:
		if name in ours:
			ours.remove(name)
		else:
			fields[name] = value
	return fields


def _read_content_type(content_type: str) -> Message:
	"""Return the header read: what type it names, with which charset and boundary."""
	message = Message()
	message["Content-Type"] = " ".join(content_type.encode("ascii", "replace").decode().split())
	return message


def _charset(declared: Message, body: bytes) -> str:
	marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
	try:
		name = declared.get_content_charset() or ""
		# Not what turns bytes into bytes, and nothing that can be made to run long.
		is_text = codecs.lookup(name)._is_text_encoding
	except (LookupError, ValueError):
		return marked or "utf-8"
	return marked or (name if is_text else "utf-8")


def _decoded(body: bytes, charset: str) -> str:
	try:
		text = body.decode(charset, "replace").lstrip(_BOM)
	except (ValueError, UnicodeError):
		text = ""
	# A charset that leaves nothing of a body is not the one it was written in.
	return text if text.strip() else body.decode("utf-8", "replace").lstrip(_BOM)


def _read_body(declared: Message, content_type: str, body: bytes) -> dict:
	charset = _charset(declared, body)
	text = _decoded(body, charset)
	if not text.strip():
		return {}
	kind = declared.get_content_type()
	if kind == "multipart/form-data":
		parts = _parts(content_type, body)
	else:
		parts = _json_object(text)
		if parts is None and kind != "application/json":
			parts = _form(text, charset, is_declared="urlencoded" in kind)
	return {UNREAD: text} if parts is None else parts


def _json_object(text: str) -> dict | None:
	"""Return a JSON object, or the one in a list; {} for JSON that says nothing, None for all else."""
	try:
		value = json.loads(text, parse_float=str)
	except (ValueError, RecursionError):
		return None
	if isinstance(value, list) and len(value) == 1:
		value = value[0]
	if value is None or value == []:
		return {}
	return value if isinstance(value, dict) and not _is_deeper(value, DEEPEST) else None


def _is_deeper(value: object, levels: int) -> bool:
	"""Whether JSON has more levels than anybody writes, over which whoever walks through it would fall."""
	level = [value]
	for _level in range(levels):
		inner = (
			each.values() if isinstance(each, dict) else each
			for each in level
			if isinstance(each, dict | list)
		)
		level = [each for several in inner for each in several]
	return any(isinstance(each, dict | list) for each in level)


def _form(text: str, charset: str, is_declared: bool) -> dict | None:
	"""Return the fields of a form; where nobody says that it is one, only what looks like one is."""
	text = text.strip()
	if not is_declared and ("=" not in text or any(sign in text for sign in "<>{\n ")):
		return None
	try:
		pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace")
	except ValueError:
		return None
	return _collect((name.lstrip(_BOM), value) for name, value in pairs) or None


def _collect(pairs: Iterable[tuple[str, str]]) -> dict:
	"""Return the last value of each name, and all of a name like `userId[]` that comes more than once."""
	fields: dict[str, str | list[str]] = {}
	for name, value in pairs:
		if name.endswith("[]") and name in fields:
			before = fields[name]
			fields[name] = [*(before if isinstance(before, list) else [before]), value]
		else:
			fields[name] = value
	return fields


def _parts(content_type: str, body: bytes) -> dict | None:
	"""Return the fields of a multipart form, None when it is none."""
	header = f"Content-Type: {' '.join(content_type.split())}\r\n\r\n".encode("utf-8", "replace")
	try:
		form = BytesParser().parsebytes(header + body)
		parts = form.get_payload() if form.is_multipart() else []
		pairs = [(_name(part), _value(part)) for part in parts]
	except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
		return None
	return _collect((name, value) for name, value in pairs if name) or None


def _name(part: Message) -> str:
	name = part.get_param("name", "", header="content-disposition")
	# Bytes of a header come as half pairs of surrogates.
	return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _value(part: Message) -> str:
	"""Return a part's text; of a file that is no text its name."""
	content = part.get_payload(decode=True) or b""
	filename = part.get_filename()
	if filename and part.get_content_maintype() != "text" and part.get_content_subtype() != "json":
		return str(filename)
	return _decoded(content, _charset(part, content))


def _unpack(fields: dict) -> dict:
	"""Return the fields of a JSON object that is the only field's value, or its name as some senders do."""
	if len(fields) != 1 or UNREAD in fields:
		return fields
	((name, value),) = fields.items()
	inner = value if isinstance(value, dict) else _object(value)
	return inner or _object(name) or fields


def _object(text: object) -> dict | None:
	return _json_object(text) if isinstance(text, str) and text.lstrip()[:1] in ("{", "[") else None


def _writable(fields: dict) -> dict:
	"""Return the fields with what no file or table can hold, half a pair of surrogates, as question marks."""
	return json.loads(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))
