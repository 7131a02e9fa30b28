"""docs/troubleshooting.md has a section for each failure code, and quotes no sentence that nobody says.

The page is asked for per code: a sentence may be reworded, added or dropped without an entry of its own. What it does
quote, with its blanks filled in, is a text marked for translation (`_` in Python, `__` in JavaScript). Not judged
here is whether the page explains enough.
"""

import ast
import re
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import failure_codes, status

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "c2c_frappe"
PAGE = ROOT / "docs/troubleshooting.md"
SCRIPTS = (PACKAGE / "public/js", PACKAGE / "click_to_call")
MESSAGE = re.compile(r"[.?!]$|[.:] \{\d\}$")
BLANK = re.compile(r"\{\d\}")
QUOTE = re.compile("^> .+$", re.MULTILINE)
# They end other sentences.
ENDINGS = {"empty.", "{0} The phone may still ring."}
# Fewer words are neither a cause nor a cure.
MIN_WORDS = 6


def said_in_python() -> set[str]:
	trees = [
		ast.parse(path.read_text())
		for path in PACKAGE.rglob("*.py")
		if "tests" not in path.relative_to(PACKAGE).parts
	]
	calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
	texts = [call.args[0] for call in calls if getattr(call.func, "id", "") == "_"]
	return {text.value for text in texts if isinstance(text, ast.Constant)}


def said_in_javascript() -> set[str]:
	scripts = [path.read_text() for folder in SCRIPTS for path in folder.rglob("*.js")]
	return {text for script in scripts for text in re.findall(r'\b__\(\s*"((?:[^"\\]|\\.)*)"', script)}


def messages() -> set[str]:
	"""Every sentence in the code that people may be shown, its blanks as {0}."""
	return {text for text in said_in_python() | said_in_javascript() if MESSAGE.search(text)}


def literal(text: str) -> int:
	return len(BLANK.sub("", text))


def told_by(quote: str, known: set[str]) -> str:
	"""The message that the page quotes: of those that fit, the one that leaves least to its blanks; "" if none fits."""
	fitting = [text for text in known if re.fullmatch(BLANK.sub(".+", escaped(text)), quote)]
	return max(fitting, key=literal, default="")


def escaped(text: str) -> str:
	return re.sub(r"\\{(\d)\\}", r"{\1}", re.escape(text))


@pytest.fixture(scope="module")
def quotes():
	return [quote.removeprefix("> ") for quote in QUOTE.findall(PAGE.read_text())]


@pytest.fixture(scope="module")
def sections():
	"""What stands below the heading of each failure code."""
	_before, *rest = re.split(r"^### `(\w+)`$", PAGE.read_text(), flags=re.MULTILINE)
	return {
		code: re.split("^##", text, maxsplit=1, flags=re.MULTILINE)[0]
		for code, text in zip(rest[::2], rest[1::2], strict=True)
	}


def test_every_failure_code_is_explained_under_a_heading_of_its_own(sections):
	"""A code that a call can fail with has a section, and no section explains a code that is gone."""
	codes = {evidence.failure_code for evidence in status.DIAL_OUTCOMES.values()} | set(failure_codes.LABELS)
	assert sorted(sections) == sorted(codes - {""})


def test_the_section_of_a_failure_code_says_what_to_do(sections):
	"""Below a code stands more than the sentence that was shown: a cause or a cure in words of the page."""
	silent = [code for code, text in sections.items() if len(QUOTE.sub("", text).split()) < MIN_WORDS]
	assert silent == []


def test_every_sentence_quoted_is_one_the_code_says(quotes):
	"""Somebody who searches the page for what they were shown finds it; a quote that nobody says misleads."""
	known = messages() - ENDINGS
	assert len(known) > 200
	assert [quote for quote in quotes if not told_by(quote, known)] == []
	assert len(quotes) == len(set(quotes))
