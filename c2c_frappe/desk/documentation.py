"""The pages of the folder docs, as the site shows them: those of the version that is installed. Reads no other file."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import frappe
from frappe.utils import md_to_html

FOLDER = Path(__file__).resolve().parents[2] / "docs"
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:)([^)#\s]*)(#[^)\s]*)?\)")
_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}


def read(name: str) -> dict:
	"""Return {title, page_html} of a page by its path without .md; raise DoesNotExistError where there is none."""
	page = _pages().get(name)
	if not page:
		raise frappe.DoesNotExistError
	text = page.read_text("utf-8")
	title = text.partition("\n")[0].lstrip("# ")
	text = _IMAGE.sub(lambda image: _with_picture(page, image), text)
	return {"title": title, "page_html": md_to_html(_LINK.sub(lambda link: _within(page, link), text))}


def _pages() -> dict[str, Path]:
	return {page.relative_to(FOLDER).with_suffix("").as_posix(): page for page in FOLDER.rglob("*.md")}


def _with_picture(page: Path, image: re.Match) -> str:
	"""Put a picture of the folder into the page itself: the site serves no file of it."""
	file = (page.parent / image[2]).resolve()
	if not file.is_relative_to(FOLDER) or file.suffix not in _TYPES or not file.is_file():
		return image[1]
	return f"![{image[1]}](data:{_TYPES[file.suffix]};base64,{b64encode(file.read_bytes()).decode()})"


def _within(page: Path, link: re.Match) -> str:
	"""Lead to another page of the folder as the site names it; of what lies outside only the words remain."""
	text, path, anchor = link[1], link[2], link[3] or ""
	if not path:
		return link[0]
	target = (page.parent / path).resolve()
	if not target.is_relative_to(FOLDER) or target.suffix != ".md":
		return text
	return f"[{text}](/c2c-docs/{target.relative_to(FOLDER).with_suffix('').as_posix()}{anchor})"
