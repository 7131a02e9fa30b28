"""What `./dev lint` makes of a scanner that could not look, or that found something."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "dev.d"
KNOWN = {"name": "click", "version": "8.0", "vulns": []}
WEAK = {"name": "requests", "version": "2.28", "vulns": [{"id": "PYSEC-2023-74"}]}
UNKNOWN = {"name": "phonenumbers", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.fixture
def scanners(monkeypatch):
	monkeypatch.syspath_prepend(str(FOLDER))
	spec = importlib.util.spec_from_file_location("scanners", FOLDER / "scanners.py")
	module = importlib.util.module_from_spec(spec)
	monkeypatch.setitem(sys.modules, "scanners", module)
	spec.loader.exec_module(module)
	return module


def printed(*dependencies):
	return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
	("text", "is_clean"),
	[
		(printed(KNOWN), True),
		(printed(KNOWN, WEAK), False),
		(printed(WEAK, UNKNOWN), False),
		(printed(KNOWN, UNKNOWN), None),
		("", None),
		("Connection refused", None),
		("{}", None),
	],
)
def test_only_an_audit_that_knew_every_package_is_clean(scanners, text, is_clean):
	assert scanners.audited(text).is_clean is is_clean


def test_what_is_weak_is_named_and_what_was_not_looked_at_too(scanners):
	assert scanners.audited(printed(WEAK)).says == "requests 2.28: PYSEC-2023-74"
	assert "phonenumbers" in scanners.audited(printed(UNKNOWN)).reason


def test_a_folder_of_rules_may_be_named(scanners, monkeypatch, tmp_path):
	monkeypatch.setenv("C2C_SEMGREP_RULES", str(tmp_path))
	assert scanners._rules() == tmp_path


def test_without_the_rules_nothing_is_called_clean(scanners, monkeypatch):
	monkeypatch.setattr(scanners, "_rules", lambda: None)
	clean = scanners.Finding("another", True)
	monkeypatch.setattr(scanners, "bandit", lambda: clean)
	monkeypatch.setattr(scanners, "pip_audit", lambda: clean)
	[found] = [found for found in scanners.all_findings() if found is not clean]
	assert found.is_clean is None
	assert "C2C_SEMGREP_RULES" in found.reason


def test_what_the_package_depends_on_is_what_is_audited(scanners):
	names = {requirement.partition(">")[0] for requirement in scanners._dependencies()}
	assert names == {"requests", "urllib3", "certifi", "phonenumbers", "click", "websocket-client"}
