"""The documentation is true: its links, tables and commands are compared with the code.

`.dev/test-python/bin/python tests/test_docs.py` writes the support tables anew. No page's wording is judged here.
"""

import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import profiles

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "c2c_frappe"
PAGES = sorted(
	page
	for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("embedded/*.md"))
	if page.is_file()
)
TABLES = {ROOT / "README.md": "docs/providers/", ROOT / "docs/providers/index.md": ""}
BEGIN, END = "<!-- support table: generated, see tests/test_docs.py -->\n", "<!-- end -->"
PROFILES = ROOT / "docs/providers/generic_http.md"
BEGIN_PROFILES = "<!-- profiles: generated, see tests/test_docs.py -->\n"
COLUMNS = {
	"support": "Support",
	"custom_data": "Keeps custom data",
	"call_id": "Returns a call id",
	"confirms_dial": "Confirms the dial",
	"call_records": "Call records",
	"events": "Events",
	"hang_up": "Hang-up",
	"phones": "Lists its phones",
}
OF_PROFILES = ("support", "custom_data", "call_id", "confirms_dial", "events")
WRITE = ".dev/test-python/bin/python tests/test_docs.py"
PORT = "8029"


def support_table(folder: str) -> str:
	"""The providers and what each can do, as Markdown; `folder` leads from the page to the providers' pages."""
	lines = [
		f"| Provider | {' | '.join(COLUMNS.values())} |",
		f"| --- |{' --- |' * len(COLUMNS)}",
	]
	for row in registry.support_table():
		cells = [{True: "yes", False: "no"}.get(row[column], row[column]) for column in COLUMNS]
		lines.append(f"| [{row['label']}]({folder}{row['provider']}.md) | {' | '.join(cells)} |")
	return "\n".join(lines) + "\n"


def profile_table() -> str:
	"""The profiles and what each can do, as Markdown, each with the page it was written from."""
	heads = [COLUMNS[column] for column in OF_PROFILES]
	lines = [f"| Profile | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
	for row in profiles.support_table():
		cells = [{True: "yes", False: "no"}.get(row[column], row[column]) for column in OF_PROFILES]
		lines.append(f"| [{row['label']}]({row['docs']}) | {' | '.join(cells)} |")
	return "\n".join(lines) + "\n"


def profile_notes() -> str:
	"""What each profile needs and what of it is assumed, as Markdown."""
	parts = []
	for profile in profiles.every().values():
		assumed = " ".join(profile.assumed)
		blanks = "".join(f"- `{name}`: {text}.\n" for name, text in profile.blanks.items())
		secrets = "".join(
			f"- {name.replace('_', ' ').capitalize()}: {text}.\n" for name, text in profile.secrets.items()
		)
		parts.append(f"### {profile.label}\n\n{profile.note}\n\n{blanks}{secrets}\nAssumed: {assumed}\n")
	return "\n".join(parts)


def with_table(page: Path) -> str:
	"""The page's text with the tables as they should be."""
	if page == PROFILES:
		return between(page.read_text(), BEGIN_PROFILES, f"{profile_table()}\n{profile_notes()}")
	return between(page.read_text(), BEGIN, support_table(TABLES[page]))


def between(text: str, begin: str, table: str) -> str:
	before, _begin, rest = text.partition(begin)
	_old, _end, after = rest.partition(END)
	return f"{before}{begin}{table}{END}{after}"


def without_code(text: str) -> str:
	return re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
	headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
	return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def block(kind: str) -> str:
	"""The README's code block that follows the comment `kind`."""
	found = re.search(rf"<!-- {kind} -->\n```\w+\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
	return found[1]


def commands(kind: str, port: str) -> list[list[str]]:
	"""The commands of a block as they are written, but for the port."""
	lines = block(kind).replace("\\\n", " ").replace(PORT, port).splitlines()
	words = [shlex.split(line) for line in lines]
	assert all(program == "c2c-pbx" for program, *_rest in words)
	return [[sys.executable, "-m", "c2c_frappe.cli", *rest] for _program, *rest in words]


def answer(command: list[str]) -> dict:
	ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
	assert ended.returncode == 0, ended.stdout + ended.stderr
	return json.loads(ended.stdout)


@pytest.fixture
def pbx():
	"""The simulated PBX as the README starts it; gives the port."""
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		port = str(probe.getsockname()[1])
	(command,) = commands("run: simulator", port)
	with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
		try:
			assert json.loads(process.stdout.readline())["listening"].endswith(f":{port}")
			yield port
		finally:
			process.terminate()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_somewhere(page):
	links = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))
	for link in links:
		if re.match(r"[a-z]+:", link):
			continue
		path, _hash, anchor = link.partition("#")
		target = (page.parent / path).resolve() if path else page
		assert target.exists(), f"{link} leads nowhere"
		assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
		assert not anchor or anchor in anchors(target), f"{link} has no such heading"


@pytest.mark.parametrize("page", [*TABLES, PROFILES], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_support_table_of_a_page_is_that_of_the_code(page):
	assert page.read_text() == with_table(page), f"write it anew: {WRITE}"


def test_the_support_table_leaves_out_nothing_that_providers_declare():
	declared = set(registry.support_table()[0]) - {"provider", "label", "docs"}
	assert declared == set(COLUMNS), (
		"give the new capability a column here and a line in docs/providers/index.md"
	)


@pytest.mark.parametrize("slug", registry.PROVIDERS)
def test_every_provider_has_a_page_with_its_source_where_to_find_its_ids_and_its_quirks(slug):
	text = (ROOT / f"docs/providers/{slug}.md").read_text()
	assert registry.PROVIDERS[slug].docs_url in text
	assert f"**{registry.PROVIDERS[slug].capabilities.support}" in text
	assert "## Where to find it" in text
	assert "## Limitations and quirks" in text


def test_every_form_of_ours_links_its_page_of_the_docs():
	forms = [json.loads(file.read_text()) for file in PACKAGE.glob("click_to_call/doctype/*/*.json")]
	linked = {form["name"]: form.get("documentation", "") for form in forms if not form.get("istable")}
	assert len(linked) >= 9
	for name, link in linked.items():
		path, _hash, anchor = link.removeprefix("/c2c-docs/").partition("#")
		page = ROOT / f"docs/{path}.md"
		assert page.is_file(), name
		assert not anchor or anchor in anchors(page), name


def test_every_test_the_docs_name_is_there():
	named = {
		name
		for page in PAGES
		for name in re.findall(r"`(test_\w+)`", page.read_text())
		if not (ROOT / "tests" / f"{name}.py").exists()
	}
	files = [*(ROOT / "tests").rglob("test_*.py"), *PACKAGE.rglob("test_*.py")]
	there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text())}
	assert len(named) > 20
	assert not sorted(named - there)


def test_a_drawn_picture_is_small_runs_no_script_and_names_no_folder_of_a_machine():
	pictures = [path.read_text() for path in ROOT.glob("docs/images/*.svg")]
	assert pictures
	for picture in pictures:
		assert len(picture) < 150_000
		assert not re.search(r"<script|\bon\w+=|href=|\(/", picture)


def test_code_map_has_a_row_for_every_folder():
	"""The code map names each folder of code once, and none that is not there."""
	text = (ROOT / "ARCHITECTURE.md").read_text().partition("## Code map")[2]
	text = text.partition("### Around the package")[0]
	rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
	named = [name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)]
	folders = {
		file.parent.relative_to(PACKAGE).as_posix()
		for file in [*PACKAGE.glob("**/*.py"), *PACKAGE.glob("public/js/*/*.js")]
		if "click_to_call" not in file.relative_to(PACKAGE).parts
		and file.parent not in (PACKAGE, PACKAGE / "pbx")
	}
	assert [name for name in named if not (PACKAGE / name).is_dir()] == []
	assert sorted(folders - set(named)) == [] and len(set(named)) == len(named)
	files = re.findall(r"`((?:pbx/)?\w+\.py)`", text)
	assert files and [name for name in files if not (PACKAGE / name).is_file()] == []


def test_the_call_of_the_readme_is_answered_as_the_readme_says(pbx):
	(command,) = commands("run: dial", pbx)
	expected = json.loads(block("output: dial"))
	given = answer(command)
	assert re.fullmatch(r"\d+\.\d+", given.pop("pbx_call_id"))
	assert re.fullmatch(r"\d+\.\d+", expected.pop("pbx_call_id"))
	assert given == expected


def test_the_questions_of_the_readme_are_answered():
	number, providers = map(answer, commands("run: questions", PORT))
	assert (number["number"], number["allowed"]) == ("+442079460018", True)
	assert providers["providers"] == registry.support_table()
	assert providers["profiles"] == profiles.support_table()


if __name__ == "__main__":
	for changed in (*TABLES, PROFILES):
		changed.write_text(with_table(changed))
