"""XML of a PBX is no HTML, and what a browser would run is told from it however it is written."""

import pytest

from c2c_frappe.pbx.providers.generic_http import profiles
from c2c_frappe.pbx.providers.generic_http.markup import is_active


@pytest.mark.parametrize(
	"text",
	[
		"<script>alert(1)</script>",
		"<SCRIPT SRC=//x>",
		"<img src=x onerror=alert(1)>",
		"<svg/onload=alert(1)>",
		"<Response onclick=alert(1)>",
		"<Number/onmouseover = alert(1)>",
		'<Number a="b"onfocus=alert(1) autofocus>',
		"<Dial\nonpointerenter=alert(1)>",
		"<Dial style=animation-name:x>",
		"<Say href=javascript:alert(1)>",
		"<iframe srcdoc=x>",
		"<!--x--><b>",
		"<?xml?>",
		"</p>",
		"JavaScript:alert(1)",
	],
)
def test_markup_a_browser_would_run_is_active(text):
	assert is_active(text)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"+OK (*)",
		"a < b > c",
		"<Response><Say voice=\"alice\">On hold</Say><Pause length='1'/></Response>",
		"{{c2c_call={call}}}user/{extension} &bridge(x)",
		"<result>(*)</result>",
		"<Dial timeLimit=\"600\" record='record-from-answer'><Number>+44</Number></Dial>",
	],
)
def test_xml_of_a_pbx_and_plain_text_are_not_active(text):
	assert not is_active(text)


@pytest.mark.parametrize("slug", profiles.every())
def test_no_profile_holds_active_markup(slug):
	values = profiles.every()[slug].values
	cells = [c for rows in values.values() if isinstance(rows, list) for row in rows for c in row.values()]
	assert not [cell for cell in cells if is_active(cell)]


def test_long_text_is_looked_at_in_no_time(within):
	with within(3):
		assert not is_active("<" * 5000)
		assert not is_active("<x " + "a " * 5000)
