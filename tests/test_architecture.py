"""What the design promises about the code itself: borders, tables that must agree, dotted paths that must resolve.

Reads the sources; nothing of Frappe is imported.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import dial_response, event, places, request
from c2c_frappe.pbx.providers.settings import COMMON

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "c2c_frappe"
CORE = sorted([*PACKAGE.glob("pbx/**/*.py"), PACKAGE / "cli.py"])
SOURCES = sorted(PACKAGE.glob("**/*.py"))
SHIPPED = [file for file in SOURCES if "tests" not in file.relative_to(PACKAGE).parts]
OWN_CODE = [*SOURCES, *ROOT.glob("dev.d/*.py"), *ROOT.glob("embedded/**/*.py")]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
SCRIPTS = [
	*(f for f in PACKAGE.glob("public/js/**/*.js") if "dist" not in f.relative_to(PACKAGE).parts),
	*PACKAGE.glob("click_to_call/**/*.js"),
]
DOCTYPES = sorted(PACKAGE.glob("click_to_call/doctype/*/*.json"))
# Where a dotted path may stand in a string: jobs, patched names, kill steps, scripts, entry points.
STRINGS = [
	*OWN_CODE,
	*ROOT.glob("tests/**/*.py"),
	*ROOT.glob("benchmarks/*.py"),
	*PACKAGE.glob("**/*.json"),
	ROOT / "pyproject.toml",
]
FIELDTYPES = {
	"data": {"Data"},
	"url": {"Data"},
	"integer": {"Int"},
	"check": {"Check"},
	"password": {"Password"},
	"text": {"Data"},
	"select": {"Select"},
	"country": {"Link"},
	"table": {"Table"},
}
# Longest dotted paths first, so that a method is not taken for its module.
DOTTED = re.compile(r"(?<![\w/.-])c2c_frappe(?:\.[A-Za-z_]\w*)+")

IMPORT_WITHOUT_FRAPPE = """
import importlib, pkgutil, sys

class Blocked:
	def find_spec(self, name, path=None, target=None):
		if name.partition(".")[0] in ("frappe", "erpnext", "pytz", "werkzeug", "pymysql", "redis"):
			raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
import c2c_frappe, c2c_frappe.cli, c2c_frappe.pbx
modules = [m.name for m in pkgutil.walk_packages(c2c_frappe.pbx.__path__, "c2c_frappe.pbx.")]
for name in modules:
	importlib.import_module(name)
print(*modules)
"""


def tree(file):
	return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports(file):
	"""Return the top-level names of all packages a file imports, wherever in it."""
	found = set()
	for node in ast.walk(tree(file)):
		if isinstance(node, ast.Import):
			found |= {alias.name.partition(".")[0] for alias in node.names}
		elif isinstance(node, ast.ImportFrom) and not node.level:
			found.add((node.module or "").partition(".")[0])
	return found


def names_of(file):
	"""Return what a module defines or imports at its top level."""
	found = set()
	for node in tree(file).body:
		if isinstance(node, ast.FunctionDef | ast.ClassDef):
			found.add(node.name)
		elif isinstance(node, ast.Import | ast.ImportFrom):
			found |= {alias.asname or alias.name for alias in node.names}
		elif isinstance(node, ast.Assign):
			found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
	return found


def resolves(path):
	"""Return whether a dotted path names a module of ours, what it has at its top level, or an attribute of that."""
	parts = path.split(".")
	modules = [at for at in range(len(parts), 0, -1) if _module_file(parts[:at])]
	file, rest = _module_file(parts[: modules[0]]), parts[modules[0] :]
	if not rest or rest[0].startswith("__"):
		return True
	classes = [n for n in tree(file).body if isinstance(n, ast.ClassDef) and n.name == rest[0]]
	if len(rest) == 2 and classes:
		inherits = "Document" in {ast.unparse(base) for base in classes[0].bases}
		return inherits or rest[1] in {getattr(node, "name", "") for node in classes[0].body}
	return rest[0] in names_of(file) and len(rest) <= 2


def _module_file(parts):
	place = ROOT.joinpath(*parts)
	files = (place.with_suffix(".py"), place / "__init__.py")
	return next((file for file in files if file.is_file()), None)


def strings(file):
	return [n.value for n in ast.walk(tree(file)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def doctype(name):
	return json.loads((PACKAGE / f"click_to_call/doctype/{name}/{name}.json").read_text(encoding="utf-8"))


class TestBorders:
	def test_the_core_and_the_command_line_import_without_frappe_and_without_a_warning(self):
		done = subprocess.run(
			[sys.executable, "-W", "error", "-c", IMPORT_WITHOUT_FRAPPE],
			capture_output=True,
			text=True,
			timeout=60,
			cwd=ROOT,
			check=False,
		)
		assert done.returncode == 0, done.stderr
		assert set(done.stdout.split()) == {
			".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
			for file in CORE
			if file != PACKAGE / "cli.py"
		} - {"c2c_frappe.pbx"}

	@pytest.mark.parametrize("file", CORE, ids=lambda file: file.name)
	def test_no_file_of_the_core_imports_frappe_or_the_shell(self, file):
		assert not imports(file) & {"frappe", "erpnext"}
		ours = {path for path in DOTTED.findall(_imported(file)) if path != "c2c_frappe"}
		assert all(path.startswith("c2c_frappe.pbx") for path in ours)

	def test_one_file_speaks_http_and_no_other_does(self):
		clients = {"requests", "urllib3", "httpx", "aiohttp"}
		assert [f.relative_to(PACKAGE).as_posix() for f in SOURCES if imports(f) & clients] == [
			"pbx/wire/transport.py"
		]
		assert [f.relative_to(PACKAGE).as_posix() for f in SOURCES if "websocket" in imports(f)] == [
			"pbx/wire/event_socket.py"
		]
		others = re.compile(r"\bmake_(?:get|post|put)_request\b|\burlopen\b|http\.client")
		assert not [file for file in SHIPPED if others.search(file.read_text())]

	def test_a_providers_secrets_are_read_in_one_file(self):
		# The webhook token is no secret of the PBX's: it is shown to who pastes the address.
		readers = [f for f in SHIPPED if "get_decrypted_password" in names_of(f) | set(strings(f))]
		assert [file.relative_to(PACKAGE).as_posix() for file in readers] == ["accounts/providers.py"]

	def test_whitelisted_methods_live_in_api_and_one_is_for_guests(self):
		guests = []
		for file in SOURCES:
			for _name, decorator in _decorated(file, "whitelist"):
				assert file.parent.name == "api", file
				if "allow_guest" in ast.unparse(decorator):
					guests.append(file.name)
		assert guests == ["webhook.py"]

	@pytest.mark.parametrize("file", sorted(PACKAGE.glob("api/*.py")), ids=lambda file: file.name)
	def test_annotations_of_methods_are_types(self, file):
		"""Frappe checks what a request sends against annotations that are types, and passes over texts."""
		assert "__future__" not in imports(file)

	def test_nothing_but_the_package_can_be_imported_from_the_top(self):
		assert [p.parent.name for p in ROOT.glob("*/__init__.py")] == ["c2c_frappe"]
		assert {p.name for p in ROOT.glob("*.py")} == {"hooks.py"}

	def test_the_two_links_at_the_top_lead_into_the_package(self):
		for name in ("hooks.py", "fixtures"):
			assert (ROOT / name).readlink() == Path("c2c_frappe", name) and (ROOT / name).exists()


class TestSources:
	@pytest.mark.parametrize(
		"file", [*OWN_CODE, *SCRIPTS, *TESTS], ids=lambda file: str(file.relative_to(ROOT))
	)
	def test_a_file_does_one_thing_in_at_most_400_lines(self, file):
		assert len(file.read_text(encoding="utf-8").splitlines()) <= 400
		assert not {file.stem} & {"utils", "util", "helpers", "helper", "common", "misc"}

	@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
	def test_all_of_it_is_python_of_every_supported_version(self, version):
		for file in [*OWN_CODE, *ROOT.glob("tests/**/*.py")]:
			ast.parse(file.read_text(encoding="utf-8"), str(file), feature_version=version)

	def test_every_module_says_what_is_here(self):
		silent = [f for f in SOURCES if f.read_text().strip() and not ast.get_docstring(tree(f))]
		assert not silent

	def test_no_sentence_is_put_together_before_it_is_translated(self):
		for file in SOURCES:
			for node in ast.walk(tree(file)):
				if isinstance(node, ast.Call) and ast.unparse(node.func) == "_":
					first = node.args[0]
					assert not isinstance(first, ast.JoinedStr | ast.BinOp), f"{file}:{node.lineno}"
					assert ".format(" not in ast.unparse(first), f"{file}:{node.lineno}"


class TestHooks:
	HOOKS = PACKAGE / "hooks.py"

	def test_it_is_data_only(self):
		first, *rest = tree(self.HOOKS).body
		assert isinstance(first, ast.Expr)
		for node in rest:
			assert isinstance(node, ast.Assign)
			ast.literal_eval(node.value)

	def test_every_dotted_path_is_something_there_is(self):
		paths = [
			path for text in strings(self.HOOKS) for path in DOTTED.findall(text) if ".bundle" not in path
		]
		assert len(paths) >= 10
		assert not [path for path in paths if not resolves(path)]

	@pytest.mark.parametrize("file", STRINGS, ids=lambda file: str(file.relative_to(ROOT)))
	def test_dotted_paths_in_strings_resolve(self, file):
		"""A job, a patched name, a kill step or an entry point that leads nowhere fails here, not at night."""
		texts = strings(file) if file.suffix == ".py" else [file.read_text(encoding="utf-8")]
		paths = {path for text in texts for path in DOTTED.findall(text) if ".bundle" not in path}
		assert not [path for path in paths if not resolves(path)]

	def test_every_bundle_is_there(self):
		bundles = [text for text in strings(self.HOOKS) if re.search(r"\.bundle\.(?:js|css)$", text)]
		assert bundles
		for bundle in bundles:
			assert (PACKAGE / "public" / bundle.rpartition(".")[2] / bundle).is_file()

	def test_every_method_the_browser_calls_is_whitelisted(self):
		whitelisted = {
			f"c2c_frappe.api.{file.stem}.{name}"
			for file in PACKAGE.glob("api/*.py")
			for name, _decorator in _decorated(file, "whitelist")
		}
		called = {path for file in SCRIPTS for path in _methods_called(file.read_text(encoding="utf-8"))}
		assert {"c2c_frappe.api.call.dial", "c2c_frappe.api.call.numbers"} <= called <= whitelisted

	def test_every_command_made_for_bench_is_one_of_its_commands(self):
		given_a_site = [
			name for name, _decorator in _decorated_plainly(PACKAGE / "commands.py", "pass_context")
		]
		commands = [name for name, _decorator in _decorated(PACKAGE / "commands.py", "command")]
		assert given_a_site and given_a_site == commands

	def test_every_patch_is_there(self):
		lines = (PACKAGE / "patches.txt").read_text().splitlines()
		named = {line.split()[0] for line in lines if line.startswith("c2c_frappe.")}
		there = {f"c2c_frappe.patches.{f.stem}" for f in PACKAGE.glob("patches/*.py") if f.stem != "__init__"}
		assert named == there and all(resolves(path) for path in named)


class TestDocTypes:
	@pytest.mark.parametrize("file", DOCTYPES, ids=lambda file: file.stem)
	def test_every_field_has_one_place_in_the_order(self, file):
		content = json.loads(file.read_text(encoding="utf-8"))
		names = [field["fieldname"] for field in content["fields"]]
		assert len(set(names)) == len(names)
		assert sorted(names) == sorted(content["field_order"])
		assert file.stem == content["name"].lower().replace(" ", "_") == file.parent.name
		assert content["module"] in (PACKAGE / "modules.txt").read_text().split("\n")

	@pytest.mark.parametrize("file", DOCTYPES, ids=lambda file: file.stem)
	def test_it_has_a_class_of_its_name(self, file):
		content = json.loads(file.read_text(encoding="utf-8"))
		assert content["name"].replace(" ", "") in names_of(file.with_suffix(".py"))

	def test_the_log_knows_exactly_the_statuses_of_the_core(self):
		[field] = [f for f in doctype("pbx_call_log")["fields"] if f["fieldname"] == "status"]
		assert tuple(field["options"].strip().split("\n")) == status.ALL


class TestPbxAccount:
	FIELDS = {field["fieldname"]: field for field in doctype("pbx_account")["fields"]}

	def test_the_providers_to_choose_from_are_the_registrys(self):
		assert self.FIELDS["provider"]["options"].split("\n") == list(registry.PROVIDERS)

	@pytest.mark.parametrize("slug", registry.PROVIDERS)
	def test_every_setting_is_a_field_of_its_kind_and_default(self, slug):
		for setting in registry.PROVIDERS[slug].settings:
			field = self.FIELDS[setting.name]
			assert field["fieldtype"] in FIELDTYPES[setting.kind], setting.name
			assert field.get("default", "0") in (setting.default, "0"), setting.name

	def test_every_secret_is_a_password_and_every_password_a_secret(self):
		secrets = {s.name for p in registry.PROVIDERS.values() for s in p.settings if s.kind == "password"}
		passwords = {name for name, field in self.FIELDS.items() if field["fieldtype"] == "Password"}
		assert passwords == secrets | {"webhook_token"}

	@pytest.mark.parametrize("slug", registry.PROVIDERS)
	def test_a_providers_own_settings_stand_in_its_section_which_shows_for_it_alone(self, slug):
		sections = _sections(doctype("pbx_account"))
		shown = f'doc.provider=="{slug}"'
		common = {setting.name for setting in COMMON} | {"default_country"}
		own = [s.name for s in registry.PROVIDERS[slug].settings if s.name not in common]
		its = [name for name in sections if name.startswith(f"{slug}_")]
		assert f"{slug}_section" in its
		assert all(shown in self.FIELDS[name]["depends_on"] for name in its)
		assert set(own) <= {field for name in its for field in sections[name]}

	def test_every_section_that_depends_on_a_provider_depends_on_one_there_is(self):
		for name, field in self.FIELDS.items():
			for rule in ("depends_on", "mandatory_depends_on", "read_only_depends_on"):
				for slug in re.findall(r'doc\.provider\s*[=!]=+\s*"([^"]*)"', field.get(rule, "")):
					assert slug in registry.PROVIDERS, name
			if field["fieldtype"] == "Section Break" and "doc.provider" in field.get("depends_on", ""):
				assert any(name.startswith(f"{slug}_") for slug in registry.PROVIDERS)

	@pytest.mark.parametrize("slug", registry.PROVIDERS)
	def test_a_choice_offers_what_the_provider_knows(self, slug):
		for setting in registry.PROVIDERS[slug].settings:
			if setting.kind == "select":
				assert tuple(self.FIELDS[setting.name]["options"].split("\n")) == setting.options

	def test_the_rows_of_a_form_offer_what_the_core_reads(self):
		names = ("pbx_request_pair", "pbx_answer_rule", "pbx_event_rule")
		pair, of_answer, of_event = (_options(name) for name in names)
		assert (pair["part"], pair["kind"]) == (list(request.PARTS), list(request.KINDS))
		assert (of_answer["reads"], of_answer["kind"]) == (list(dial_response.READS), list(places.KINDS))
		assert of_answer["meaning"] == ["", *dial_response.FAILURES]
		assert (of_event["reads"], of_event["meaning"]) == (list(event.READS), ["", *event.MEANINGS])

	def test_what_a_provider_cannot_do_without_the_form_asks_for(self):
		for slug, provider in registry.PROVIDERS.items():
			for setting in provider.settings:
				if setting.required:
					rule = self.FIELDS[setting.name].get("mandatory_depends_on")
					assert rule == f'eval:doc.provider=="{slug}"', setting.name


def _options(name):
	"""Return what each Select of a DocType offers."""
	fields = doctype(name)["fields"]
	return {f["fieldname"]: f["options"].split("\n") for f in fields if f["fieldtype"] == "Select"}


def _imported(file):
	nodes = [n for n in ast.walk(tree(file)) if isinstance(n, ast.Import | ast.ImportFrom)]
	lines = [f"{n.module}.{alias.name}" for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names]
	return " ".join(
		lines + [alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names]
	).replace("c2c_frappe.__version__", "c2c_frappe")


def _decorated(file, name):
	"""Yield (function's name, decorator) for what is decorated with anything's `name`."""
	for node in ast.walk(tree(file)):
		for decorator in getattr(node, "decorator_list", ()):
			if f".{name}" in ast.unparse(decorator):
				yield node.name, decorator


def _decorated_plainly(file, name):
	"""Yield (function's name, decorator) for what is decorated with `name` itself."""
	for node in ast.walk(tree(file)):
		for decorator in getattr(node, "decorator_list", ()):
			if ast.unparse(decorator) == name:
				yield node.name, decorator


def _methods_called(script):
	"""Return the dotted paths a script calls: whole, after its constant API, or through get and post of server.js."""
	whole = {path for path in DOTTED.findall(script) if path.count(".") == 3}
	[prefix] = re.findall(r'const API = "(c2c_frappe[.\w]+)"', script) or [""]
	after = {f"{prefix}.{name}" for name in re.findall(r"\$\{API\}\.(\w+)", script)}
	through = {f"c2c_frappe.api.call.{name}" for name in re.findall(r'\b(?:get|post)\("(\w+)"', script)}
	return whole | after | through


def _sections(content):
	"""Return the fields that stand between each section break and the next."""
	kinds = {field["fieldname"]: field["fieldtype"] for field in content["fields"]}
	found, section = {}, ""
	for name in content["field_order"]:
		if kinds[name] in ("Section Break", "Tab Break"):
			section = name
		found.setdefault(section, []).append(name)
	return found
