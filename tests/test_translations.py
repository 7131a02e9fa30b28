"""The translations are complete and say the same: every sentence of the code is listed, every list is filled.

Reads the sources and the files in `locale/`; whether a translation reads well, a person has to judge.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import status

PACKAGE = Path(__file__).resolve().parent.parent / "c2c_frappe"
LOCALE = PACKAGE / "locale"
LANGUAGES = sorted(file.stem for file in LOCALE.glob("*.po"))
MODULES = sorted(f for f in PACKAGE.rglob("*.py") if "tests" not in f.relative_to(PACKAGE).parts)
SCRIPTS = sorted([*PACKAGE.glob("public/js/**/*.js"), *PACKAGE.glob("click_to_call/**/*.js")])
DOCTYPES = sorted(PACKAGE.glob("click_to_call/doctype/*/*.json"))
NAMES = ("CommPeak", "Primevox", "PBX Stats", "CRM ID", "HTTP", "TLS", "PEM", "UTC", "https://")
REGENERATE = "Not in locale/main.pot. Run: bench generate-pot-file --app c2c_frappe (see CONTRIBUTING.md), then translate."

PO_FIELD = re.compile(r'^(msgctxt|msgid|msgstr)[ \t]+((?:".*"\n?)+)', re.MULTILINE)
JS_MESSAGE = re.compile(r"""\b__\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
PLACEHOLDER = re.compile(r"\{[^}]*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def messages(name):
	"""Return {msgid: msgstr} of a file in `locale/`, without its header."""
	found = {}
	for entry in (LOCALE / name).read_text(encoding="utf-8").split("\n\n"):
		fields = {
			key: "".join(ast.literal_eval(line) for line in quoted.splitlines())
			for key, quoted in PO_FIELD.findall(entry + "\n")
		}
		if fields.get("msgid"):
			assert fields["msgid"] not in found, f"{name} has this twice: {fields['msgid']}"
			found[fields["msgid"]] = fields["msgstr"]
	return found


def marked_in_python(file):
	"""Return the texts a module marks with `_("...")`."""
	for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
		if (
			isinstance(node, ast.Call)
			and isinstance(node.func, ast.Name)
			and node.func.id == "_"
			and node.args
		):
			if isinstance(node.args[0], ast.Constant):
				yield node.args[0].value


def marked_in_script(file):
	"""Return the texts a script marks with `__("...")`."""
	return [text.replace('\\"', '"') for _quote, text in JS_MESSAGE.findall(file.read_text(encoding="utf-8"))]


def shown_by_doctype(file):
	"""Return the labels, descriptions and choices a DocType shows."""
	doctype = json.loads(file.read_text(encoding="utf-8"))
	yield doctype["name"]
	for field in doctype["fields"]:
		yield from filter(None, (field.get("label"), field.get("description")))
		if field["fieldtype"] == "Select":
			yield from filter(None, field.get("options", "").split("\n"))


def unlisted(files, texts_of):
	listed = messages("main.pot")
	return sorted({f"{file.name}: {text}" for file in files for text in texts_of(file) if text not in listed})


def test_german_spanish_and_french_are_there():
	assert {"de", "es", "fr"} <= set(LANGUAGES)


def test_every_sentence_of_the_python_code_is_in_the_list_of_messages():
	assert sum(1 for file in MODULES for _text in marked_in_python(file)) > 100
	assert not unlisted(MODULES, marked_in_python), REGENERATE


def test_every_sentence_of_the_scripts_is_in_the_list_of_messages():
	assert sum(1 for file in SCRIPTS for _text in marked_in_script(file)) > 30
	assert not unlisted(SCRIPTS, marked_in_script), REGENERATE


def test_every_label_of_a_doctype_is_in_the_list_of_messages():
	assert not unlisted(DOCTYPES, shown_by_doctype), REGENERATE


def test_no_message_stands_under_a_context_nobody_asked_for():
	# A literal after the sentence, as in _("{0} ...", name or "none"), is extracted as a context, and then
	# the sentence is never found.
	assert "\nmsgctxt" not in (LOCALE / "main.pot").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_exactly_the_listed_messages_in_their_order(language):
	assert list(messages(f"{language}.po")) == list(messages("main.pot")), (
		f"Update it: bench update-po-files --app c2c_frappe --locale {language}, then translate what is new."
	)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_left_empty_or_fuzzy(language):
	assert not [message for message, text in messages(f"{language}.po").items() if not text.strip()]
	text = (LOCALE / f"{language}.po").read_text(encoding="utf-8")
	assert "#, fuzzy" not in text
	assert not re.search("^#~", text, re.MULTILINE), "Delete what is no longer used."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_names_the_language_and_its_plurals(language):
	header = (LOCALE / f"{language}.po").read_text(encoding="utf-8").partition("\n\n")[0]
	assert f'"Language: {language}\\n"' in header
	assert '"Plural-Forms: nplurals=' in header
	assert '"Content-Type: text/plain; charset=utf-8\\n"' in header


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_and_names_of_its_message_and_no_tags(language):
	for message, text in messages(f"{language}.po").items():
		assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(message)), message
		assert not TAG.search(text), message
		assert text == text.strip(), message
		assert [name for name in NAMES if name in message and name not in text] == [], message


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_status_has_a_word_of_its_own(language):
	# "Requested" that reads like "Ringing" would claim what the PBX has not said.
	translated = messages(f"{language}.po")
	words = [translated[name] for name in status.ALL]
	assert len(set(words)) == len(words) == 11
