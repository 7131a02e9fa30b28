"""How `./dev test` counts: silence, an early end and a test module that cannot be imported are no success."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def counts():
	path = Path(__file__).parent.parent / "dev.d/test_counts.py"
	spec = importlib.util.spec_from_file_location("test_counts", path)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


def run_unittest(tmp_path, code):
	"""What unittest prints about a module with this code, and its exit code."""
	(tmp_path / "module_under_test.py").write_text(f"import unittest\n{code}")
	argv = [sys.executable, "-m", "unittest", "module_under_test"]
	result = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60)
	return result.stdout + result.stderr, result.returncode


FOUR = """
class T(unittest.TestCase):
	def test_good(self): pass
	def test_bad(self): self.fail()
	def test_broken(self): raise ValueError
	@unittest.skip("not here")
	def test_skipped(self): pass
	@unittest.expectedFailure
	def test_unexpectedly_good(self): pass
"""


def test_a_run_is_counted_by_outcome(counts, tmp_path):
	report = counts.from_unittest(*run_unittest(tmp_path, FOUR))
	assert (report["ran"], report["failed"], report["skipped"]) == (5, 3, 1)
	assert counts.passed(report) == 1
	assert {name.partition(" ")[0] for name in report["failures"]} >= {"test_broken", "test_bad"}


def test_failures_are_named_in_the_xml_runner_s_words_too(counts):
	printed = "FAIL [0.002s]: test_bad (a.T.test_bad)\n\nRan 1 test in 0.003s\n\nFAILED (failures=1)\n"
	assert counts.from_unittest(printed, 0)["failures"] == ["test_bad (a.T.test_bad)"]


def test_failures_are_named_in_the_words_of_frappe_16_too(counts):
	printed = " ERROR  test_bad (a.T.test_bad)\n----\n\nRan 1 test in 0.003s\n\nFAILED (errors=1)\n"
	assert counts.from_unittest(printed, 1)["failures"] == ["test_bad (a.T.test_bad)"]


def test_a_skip_s_reason_comes_from_the_xml_and_is_never_made_up(counts, tmp_path):
	report = tmp_path / "test.xml"
	assert counts.reasons(report, 0) == {}
	assert [*counts.reasons(report, 2).values()] == [2]
	report.touch()
	assert [*counts.reasons(report, 2).values()] == [2]
	report.write_text('<s><testcase><skipped type="skip" message="no moon"/></testcase></s>')
	assert counts.reasons(report, 1) == {"no moon": 1}


def test_failures_count_though_the_exit_code_says_success_as_bench_s_does(counts, tmp_path):
	printed, _returncode = run_unittest(tmp_path, FOUR)
	assert counts.from_unittest(printed, 0)["failed"] == 3


def test_an_early_end_is_no_report(counts):
	with pytest.raises(counts.NoReportError, match="ImportError"):
		counts.from_unittest("Traceback ...\nImportError: no such module\n", 1)
	with pytest.raises(counts.NoReportError):
		counts.from_unittest("", 0)


def test_an_exit_code_no_test_explains_is_no_report(counts, tmp_path):
	printed, _returncode = run_unittest(tmp_path, FOUR[: FOUR.index("	def test_bad")])
	with pytest.raises(counts.NoReportError):
		counts.from_unittest(printed, 1)


def test_a_module_that_cannot_be_imported_is_a_failure(counts, tmp_path):
	report = counts.from_unittest(*run_unittest(tmp_path, "import a_module_that_is_not_there"))
	assert report["failed"] == 1


def test_several_runs_in_one_output_are_added_up(counts, tmp_path):
	printed, returncode = run_unittest(tmp_path, FOUR)
	assert counts.from_unittest(printed + printed, returncode)["ran"] == 10


def test_a_run_of_skipped_tests_alone_finished_nothing(counts, tmp_path):
	code = "@unittest.skip('no')\nclass T(unittest.TestCase):\n\tdef test_it(self): pass\n"
	assert counts.finished(counts.from_unittest(*run_unittest(tmp_path, code))) == 0
