"""What a Frappe user reads as a label is in Title Case, as on Frappe's Desk, and no screen says *disposition*.

Labels are read from the sources: DocTypes, workspace, cards, steps, reports, custom fields, buttons, dialogs, the board.
Sentences, descriptions and the stored choices of a Select are none: they end as a sentence, or stand elsewhere.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "c2c_frappe"
LABEL_KEYS = {"label", "title", "action_label", "report_name", "chart_name"}
# Articles, conjunctions and prepositions of at most four letters, the latter halves of compounds, and names.
SMALL = set("a an the and but or nor as at by for from in into of on per than to up ups via with".split())
NAMES = {"sipgate"}
WORD = re.compile(r"[A-Za-z][A-Za-z']*")
BESIDES = re.compile(r"\{\w*\}|\([^)]*\)")
# Also what begins with a figure or a name: "{0} of {1} done".
SENTENCE = re.compile(r"[.?!:]$|^\{\d\}")
TEXT = r'\(\s*"((?:[^"\\]|\\.)*)"'
IN_SCRIPTS = re.compile(
	r"(?:\b(?:label|title|primary_action_label|get_label|now|reason): (?:\(\) => )?(?:\w+ \? )?"
	r"|\badd_(?:custom_button|inner_button|action_item|actions_menu_item|menu_item|indicator)\("
	r"|\b(?:add_button\(\w+|set_text\([^,]+|add_shortcut\(\"[^\"]+\"|make_searchable\(\w+|element\(\"h\d\", \"\"), "
	r"|\b(?:column\(\"\w+\", |section\()|\[\"\w*\", |^\t+\[?)__" + TEXT,
	re.MULTILINE,
)
IN_PYTHON = re.compile(
	r"(?:\breport\.(?:column|parts)\((?:\"\w+\", )?|\bfigure\(|\"label\": |\btitle=|\bSetting\(\s*\"\w+\",\s*)"
	rf"(?:frappe\.)?_{TEXT}"
)


def is_title_case(label: str) -> bool:
	words = WORD.findall(BESIDES.sub("", label))
	return all(
		not word[0].islower() or (at and word in SMALL) or word in NAMES for at, word in enumerate(words)
	)


def of_json(value) -> list[str]:
	"""The labels of a record as it is shipped, its rows among them."""
	if isinstance(value, list):
		return [label for each in value for label in of_json(each)]
	if not isinstance(value, dict):
		return []
	own = [text for key, text in value.items() if key in LABEL_KEYS and isinstance(text, str)]
	return [*own, *(label for each in value.values() for label in of_json(each))]


def labels() -> dict[str, set[str]]:
	"""Every label by the file that has it, as a path below the package."""
	found = {}
	for file in sorted(PACKAGE.rglob("*")):
		name = file.relative_to(PACKAGE).as_posix()
		if file.suffix not in (".json", ".py", ".js") or name.startswith(("tests/", "public/dist/")):
			continue
		text = file.read_text()
		if file.suffix == ".json":
			found[name] = set(of_json(json.loads(text)))
		else:
			found[name] = set((IN_PYTHON if file.suffix == ".py" else IN_SCRIPTS).findall(text))
	return found


def test_every_label_is_in_title_case():
	"""Fields, columns, buttons, cards, steps and headings."""
	wrong = [
		f"{name}: {label}"
		for name, found in labels().items()
		for label in sorted(found)
		if not SENTENCE.search(label) and not is_title_case(label)
	]
	assert wrong == []


@pytest.mark.parametrize(
	("name", "label"),
	[
		("click_to_call/doctype/pbx_settings/pbx_settings.json", "Calls per User per Minute"),
		("click_to_call/workspace/click_to_call/click_to_call.json", "Calls per Day"),
		("click_to_call/report/call_activity/call_activity.py", "Connect Rate"),
		("click_to_call/report/call_filters.js", "From Date"),
		("click_to_call/doctype/pbx_call_log/pbx_call_log_list.js", "My Calls"),
		("click_to_call/onboarding_step/pbx_place_a_call/pbx_place_a_call.json", "Place the First Call"),
		("setup/custom_fields.py", "PBX Caller ID"),
		("pbx/providers/settings.py", "Allow Plain HTTP"),
		("public/js/board/board_view.js", "Calls Placed"),
		("public/js/strip/strip_view.js", "Wrap Up"),
		("public/js/strip/override.js", "Try Now"),
		("public/js/click/form_button.js", "Hang Up"),
	],
)
def test_labels_of_each_kind_are_looked_at(name, label):
	"""A pattern that finds nothing would let everything pass."""
	assert label in labels()[name]


@pytest.mark.parametrize("label", ["Calls placed", "My calls", "calls", "Calls per user", "On-premises PBX"])
def test_what_is_not_title_case_is_seen(label):
	"""The rule sees what it is there for."""
	assert not is_title_case(label)


@pytest.mark.parametrize("label", ["Follow-ups Due", "Ring Time (seconds)", "Skip {0}", "Set Up", "≤ 1 Day"])
def test_what_is_title_case_passes(label):
	"""The rule lets small words, units and blanks pass."""
	assert is_title_case(label)


def test_no_screen_says_disposition():
	"""On every screen it is an outcome; *disposition* is the code's word, and its DocType's name, which stays."""
	texts = re.findall(r'^"(.*)"$|^msgid "(.*)"$', (PACKAGE / "locale/main.pot").read_text(), re.MULTILINE)
	assert {text for pair in texts for text in pair if "disposition" in text.lower()} == {"PBX Disposition"}
