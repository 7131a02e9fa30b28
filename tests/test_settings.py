"""How the settings of an account are checked: trimmed, defaulted, refused by name before anything is sent."""

import pytest

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.settings import COMMON, Setting, checked, is_ticked, trimmed

SETTINGS = (
	*COMMON,
	Setting("key", "Key", kind="password", required=True, pattern=r"[a-z0-9]+", hint="small letters"),
	Setting("line", "Line", default="7", pattern=r"[0-9]"),
)


def values(**given):
	return checked(SETTINGS, {"key": "k", **given})


def refusal(**given):
	with pytest.raises(ConfigurationError) as caught:
		values(**given)
	assert caught.value.failure_code == "misconfigured"
	return caught.value


def test_every_setting_has_a_text_and_defaults_are_filled_in():
	assert values() == {
		"base_url": "",
		"allow_http": "",
		"connect_timeout": "3",
		"read_timeout": "7",
		"ca_file": "",
		"use_proxy": "",
		"allow_private": "",
		"key": "k",
		"line": "7",
	}


@pytest.mark.parametrize(
	("entered", "text"),
	[
		("a", "a"),
		(" a\t", "a"),
		("\u00a0a\u2003", "a"),
		("\u200ba\u200d", "a"),
		("\ufeffa\u2060", "a"),
		(" \u200b \u200e a \u202c\u200f\u2069 ", "a"),
		("\u202aa\u202c", "a"),
		("\u00ada\u0000\r\n", "a"),
		("a b", "a b"),
		("\u200b \u200b", ""),
		("", ""),
		(None, ""),
		(False, ""),
		(True, "1"),
		(0, "0"),
		(42, "42"),
	],
)
def test_a_pasted_value_is_trimmed_and_a_tick_is_one(entered, text):
	assert trimmed(entered) == text


@pytest.mark.parametrize("missing", ["", " ", "\u200b", None])
def test_what_is_required_and_missing_is_named(missing):
	error = refusal(key=missing)
	assert error.setting == "key" and error.message == "Key is missing."


@pytest.mark.parametrize(
	"value", ["a b", "a\u00a0b", "a\tb", "a\nb", "a\x00b", "a\u200bb", "a\u202eb", "a\x7fb"]
)
@pytest.mark.parametrize("name", ["key", "line", "ca_file", "base_url"])
def test_a_space_or_an_invisible_sign_within_a_value_is_named_and_the_value_not_shown(name, value):
	error = refusal(**{name: value})
	assert error.setting == name and value not in error.message and "invisible" in error.message


def test_a_value_that_does_not_fit_its_pattern_gets_the_hint_and_is_not_shown():
	error = refusal(key="SECRET")
	assert error.setting == "key" and "small letters" in error.message and "SECRET" not in error.message
	assert refusal(key="a!").setting == refusal(key="é").setting == "key"
	assert refusal(line="77").setting == "line"


class TestTimes:
	@pytest.mark.parametrize(
		("entered", "text"), [("5", "5"), (5, "5"), (5.0, "5"), ("5.9", "5"), (" 1 ", "1"), (30, "30")]
	)
	def test_whole_seconds_within_bounds(self, entered, text):
		assert values(connect_timeout=entered)["connect_timeout"] == text

	@pytest.mark.parametrize(
		"entered", [0, "0", -1, 31, 1e9, "soon", "nan", "inf", "1e400", "0x5", "5s", "5,5"]
	)
	def test_anything_else_is_refused_with_the_bounds(self, entered):
		error = refusal(connect_timeout=entered)
		assert error.setting == "connect_timeout" and "from 1 to 30" in error.message

	@pytest.mark.parametrize("empty", ["", None, " "])
	def test_an_empty_one_is_the_default(self, empty):
		assert values(read_timeout=empty)["read_timeout"] == "7"


class TestTicks:
	@pytest.mark.parametrize("entered", [1, "1", True, "true", "YES", "on"])
	def test_on(self, entered):
		assert is_ticked(values(use_proxy=entered)["use_proxy"])

	@pytest.mark.parametrize("entered", [0, "0", False, "false", "No", "off", "", None])
	def test_off(self, entered):
		assert values(use_proxy=entered)["use_proxy"] == ""

	@pytest.mark.parametrize("entered", ["perhaps", "2", "-1"])
	def test_neither(self, entered):
		assert refusal(use_proxy=entered).setting == "use_proxy"


class TestAddresses:
	@pytest.mark.parametrize(
		("entered", "text"),
		[
			("https://pbx.example", "https://pbx.example"),
			("https://pbx.example/", "https://pbx.example"),
			(" https://pbx.example/c2c// ", "https://pbx.example/c2c"),
			("HTTPS://PBX.example:8443", "HTTPS://PBX.example:8443"),
			("https://192.0.2.1", "https://192.0.2.1"),
			("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
			("https://pbx_1.example", "https://pbx_1.example"),
			("https://telefonía.example", "https://telefonía.example"),
		],
	)
	def test_an_https_address_loses_only_its_last_slashes(self, entered, text):
		assert values(base_url=entered)["base_url"] == text

	@pytest.mark.parametrize(
		"entered",
		[
			"pbx.example",
			"//pbx.example",
			"ftp://pbx.example",
			"file:///etc/passwd",
			"javascript:alert(1)",
			"https://",
			"https:pbx.example",
			"https:///path",
			"https://user:pass@pbx.example",
			"https://user@pbx.example",
			"https://@pbx.example",
			"https://pbx.example:port",
			"https://pbx.example:99999",
			"https://[2001:db8::1",
			"https://pbx.example\\evil.example",
			"https://pbx.example\\@evil.example",
			"https://pbx,example",
			"https://<host>",
			"https://%70bx.example",
			"https://*.example",
		],
	)
	def test_what_is_no_address_or_holds_a_name_and_password_is_refused(self, entered):
		error = refusal(base_url=entered, allow_http=1)
		assert error.setting == "base_url" and "not a web address" in error.message
		assert "pass" not in error.message

	@pytest.mark.parametrize("tail", ["?a=b", "?", "#top", "#", "/x?auth=key#y"])
	def test_a_query_or_fragment_is_refused(self, tail):
		error = refusal(base_url=f"https://pbx.example{tail}")
		assert error.setting == "base_url" and "question mark" in error.message and "key" not in error.message

	@pytest.mark.parametrize("allow_http", ["", 0, "0", None, False])
	def test_plain_http_is_refused(self, allow_http):
		error = refusal(base_url="http://pbx.example", allow_http=allow_http)
		assert error.setting == "base_url" and "plain http" in error.message

	@pytest.mark.parametrize("allow_http", [1, "1", True, "yes"])
	def test_plain_http_is_for_those_who_ask_for_it(self, allow_http):
		assert (
			values(base_url="http://pbx.example", allow_http=allow_http)["base_url"] == "http://pbx.example"
		)


def test_names_that_are_no_setting_are_ignored():
	assert "other" not in values(other="in two words")


class TestOtherKinds:
	SETTINGS = (
		Setting("text", "Text", kind="text", pattern=r"[a-z ]*", hint="letters"),
		Setting("choice", "Choice", kind="select", options=("One", "Two"), default="One"),
		Setting("country", "Country", kind="country"),
		Setting("rows", "Rows", kind="table"),
	)

	def values(self, **given):
		return checked(self.SETTINGS, given)

	def refusal(self, name, value):
		with pytest.raises(ConfigurationError) as caught:
			self.values(**{name: value})
		assert caught.value.setting == name and name.title() in caught.value.message
		return caught.value.message

	def test_left_empty_they_are_empty_or_their_default(self):
		assert self.values(rows=None) == {"text": "", "choice": "One", "country": "", "rows": ()}

	def test_a_text_may_hold_spaces_but_nothing_invisible(self):
		assert self.values(text=" two words ")["text"] == "two words"
		for value in ("two\nlines", "a\u200bb", "a\x00b", "a\u202eb"):
			assert "invisible" in self.refusal("text", value)
		assert "letters" in self.refusal("text", "42")

	def test_a_choice_is_one_of_those_there_are(self):
		assert self.values(choice="Two")["choice"] == "Two"
		assert "One, Two" in self.refusal("choice", "two")

	def test_a_country_is_a_code(self):
		assert self.values(country="gb")["country"] == "GB"
		self.refusal("country", "United Kingdom")

	@pytest.mark.parametrize(
		"entered",
		[[{"key": " a\u200b", "n": 7, "none": None, "list": []}], '[{"key": "a", "n": 7, "none": ""}]'],
	)
	def test_a_table_is_rows_of_text_and_may_come_as_json(self, entered):
		assert self.values(rows=entered)["rows"] == ({"key": "a", "n": "7", "none": ""},)

	@pytest.mark.parametrize(
		"entered", ["in words", "{}", "[1]", "7", 7, ["a"], [{"key": "a\nb"}], "[" * 100000]
	)
	def test_anything_else_is_no_table(self, entered):
		self.refusal("rows", entered)
