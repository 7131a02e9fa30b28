"""docs/troubleshooting.md has a cause and a cure for each message that needs one, and quotes none that nobody says.

A message is a text marked for translation (`_` in Python, `__` in JavaScript) that ends as a sentence does, or with
what somebody else said after a colon. Labels of fields, columns, buttons and statuses end otherwise and do not count.
Each message needs its entry, a quote with its blanks filled in, but for those of NO_TROUBLE, which report success, ask
something or explain a field. So a new message fails here until it stands on the page or is named there as harmless.
Not listed are the texts of Frappe and of PBXs, and what the commands print about their own usage.
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

SUCCESS = {
	"Asterisk accepted the call.",
	"Asterisk accepted the user and the password.",
	"Asterisk accepted the user and the password. It has {0} phones, {1} of them connected.",
	"CommPeak accepted the call.",
	"CommPeak's server answered (HTTP {0}): name, network and certificate are fine.",
	"CommPeak's server answered (HTTP {0}): name and network are fine. Plain http is not encrypted.",
	"Primevox accepted the API key and the container.",
	"The PBX accepted the call.",
	"The PBX answered (HTTP {0}): name, network and certificate are fine.",
	"The PBX answered (HTTP {0}): name and network are fine. Plain http is not encrypted.",
	"The PBX asks for a digest, which can be answered.",
	"The PBX gave a token: the key or password is right.",
	"The test address answered as it should (HTTP {0}).",
	"The call was ended.",
	"The call was over already.",
	"The call is wrapped up.",
	"The call records are being fetched.",
	"{0} call records read, {1} of them new.",
	"The calls are being imported.",
	"The numbers are being read.",
	"Calls may be placed under this address.",
	"Extensions saved.",
	"Filled in. Look it over and save.",
	"Tried again: {0}",
	"Tried again. {0}",
}
UNDER_WAY = {
	"Calling your phone {0}... Pick up to be connected to {1}.",
	"Call outcome: {0}",
	"Asking the PBX. No phone will ring.",
	"Asking the PBX...",
	"Calling...",
	"Saving...",
	"Pick up your phone {0} when it rings.",
	"Sent: your phone {0} should ring now.",
	"There is no call to wrap up.",
	"{0} is calling.",
	"No record has this number.",
	"{0} called {1}: {2}",
	"{1} called {0}: {2}",
	"{1} called: {2}",
	"{0} in 24 hours: {1}",
}
# What "Test connection" could not find out, without a word of what is wrong.
LEFT_OPEN = {
	"Everything else: the PBX gave no answer.",
	"Whether it places calls, and whether the agents exist: only a call shows it.",
	"Whether the API key and the container are right.",
	"Whether the context exists and calls the customer: only a call shows it.",
	"Whether the extensions exist, and whether the key may place calls: only a call shows it.",
	"Whether the extensions exist.",
	"Whether the key or password is right.",
	"Whether the phone of each extension rings.",
	"Whether this server's address is allow-listed and the ids are right: only a call shows it.",
}
QUESTIONS_AND_EXPLANATIONS = {
	"Which number of {0}?",
	"Whose number is {0}?",
	"Wrap up: {0}",
	"A line each: user, extension, caller ID. The lines are added to the table above.",
	"Empty: the default account of PBX Settings.",
	"Make a token to open the way for events.",
	"Nobody can place a call to this record's numbers.",
	"Nothing is sent.",
	"The PBX must be given the new address: the present one stops working.",
	"The link is deleted for good. The PBX keeps its file.",
	"The phone that rings when this user clicks a number.",
	"What the customer sees, where the provider takes it.",
	"Your own phone rings first; pick up, and this number is called. Take one of your own.",
	"{0}: written from {1}, never tried on a live account.",
}
# They end sentences that are listed themselves.
ENDINGS = {"empty.", "Nothing was sent.", "The phone may still ring.", "{0} The phone may still ring."}
NO_TROUBLE = SUCCESS | UNDER_WAY | LEFT_OPEN | QUESTIONS_AND_EXPLANATIONS | ENDINGS


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
	return re.findall(r"^> (.+)$", PAGE.read_text(), re.MULTILINE)


def test_every_message_that_needs_a_cause_and_a_cure_stands_in_troubleshooting(quotes):
	known = messages()
	assert len(known) > 200
	told = {told_by(quote, known) for quote in quotes}
	assert sorted(known - NO_TROUBLE - told) == []


def test_every_sentence_quoted_in_troubleshooting_is_one_the_code_says(quotes):
	known = messages() - ENDINGS
	assert [quote for quote in quotes if not told_by(quote, known)] == []
	assert len(quotes) == len(set(quotes))


def test_nothing_is_called_harmless_that_the_code_does_not_say():
	assert sorted(NO_TROUBLE - messages()) == []


def test_every_failure_code_is_explained_under_a_heading_of_its_own():
	codes = {evidence.failure_code for evidence in status.DIAL_OUTCOMES.values()} | set(failure_codes.LABELS)
	headings = re.findall(r"^### `(\w+)`$", PAGE.read_text(), re.MULTILINE)
	assert sorted(headings) == sorted(codes - {""})
