"""What a form makes of a dial: every value quoted for its place, secrets in theirs, and never another host."""

import base64
import json
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.wire.http import shown
from c2c_frappe.pbx.wire.redaction import MASK

SECRET = "k4n4ry/S3cret+1&=?#"
DIAL = DialRequest(
	"1000",
	"+447700900123",
	{"lead": "CRM-LEAD-1", "empty": ""},
	caller_id="+442079460018",
	user="ada@example.com",
	call="c0ffee",
	number_extension="12",
)
# Signs that mean something somewhere come up as often as all others together.
TEXTS = st.text(
	st.sampled_from("/?#%&=+:@;,.[]{}\\\"'<>\r\n\x00 ") | st.characters(codec="utf-8"), max_size=30
)
# Every value of a dial that somebody else may have chosen.
DIALS = st.builds(
	DialRequest,
	st.just("1000"),
	st.just("+447700900123"),
	st.fixed_dictionaries({"lead": TEXTS, "note": TEXTS}),
	user=TEXTS,
	call=TEXTS,
)


def pair(part, key, value, kind="Text"):
	return {"part": part, "key": key, "value": value, "kind": kind}


def provider(**values):
	return GenericHttp({"url_template": "https://pbx.example/call", **values})


def request(dial=DIAL, **values):
	return provider(**values).dial_request(dial)


def refused(setting, **values):
	"""Assert that the settings are refused at this field, in words that name it; return them."""
	with pytest.raises(ConfigurationError) as caught:
		provider(**values)
	assert caught.value.setting == setting
	return caught.value.message


class TestVariables:
	SECRETS = {"secret_1": "one", "secret_2": "two", "secret_3": "three"}

	@pytest.mark.parametrize(
		("name", "value"),
		[
			("extension", "1000"),
			("user", "ada@example.com"),
			("call", "c0ffee"),
			("caller_id", "+442079460018"),
			("number.e164", "+447700900123"),
			("number.digits", "447700900123"),
			("number.00", "00447700900123"),
			("number.011", "011447700900123"),
			("number.nanp", "011447700900123"),
			("number.national", "07700900123"),
			("number.extension", "12"),
			("custom.lead", "CRM-LEAD-1"),
			("secret.1", "one"),
			("secret.3", "three"),
		],
	)
	def test_each_stands_for_its_value(self, name, value):
		made = request(body_kind="JSON", request_pairs=[pair("Body", "v", f"<{{{name}}}>")], **self.SECRETS)
		assert json.loads(made.body) == {"v": f"<{value}>"}

	def test_the_national_form_is_that_of_the_pbx_when_its_country_is_known(self):
		values = {"request_pairs": [pair("Query", "to", "{number.national}")]}
		assert request(**values, default_country="gb").url.endswith("?to=07700900123")
		assert request(**values, default_country="IN").url.endswith("?to=00447700900123")

	@pytest.mark.parametrize(
		"text", ["{number}", "{number.E164}", "{secret.4}", "{password}", "{custom.}", "{}", "{0}"]
	)
	def test_there_are_no_others(self, text):
		assert "Dial URL" in refused("url_template", url_template=f"https://pbx.example/{text}")

	@pytest.mark.parametrize(
		"text",
		[
			"{extension!r}",
			"{extension:>9}",
			"{extension.__class__}",
			"{extension[0]}",
			"{",
			"}",
			"{extension",
		],
	)
	def test_there_is_no_language_around_them(self, text):
		message = refused("request_pairs", request_pairs=[pair("Query", "a", "b"), pair("Query", "v", text)])
		assert "Request Parameters, row 2" in message

	def test_a_doubled_brace_is_a_brace(self):
		made = request(request_pairs=[pair("Query", "v", "{{{extension}}}")])
		assert parse_qsl(urlsplit(made.url).query) == [("v", "{1000}")]

	@pytest.mark.parametrize("caller_id", ['1"/>', "1000,2", "1000}", "1\r\n2", "a" * 65])
	def test_a_caller_id_with_signs_that_mean_something_elsewhere_is_refused(self, caller_id):
		with pytest.raises(ConfigurationError) as caught:
			request(DialRequest("1000", "+447700900123", caller_id=caller_id))
		assert caught.value.setting == "caller_id"


class TestPairs:
	PLACES = ("Query", "Body")

	@settings(max_examples=100, deadline=None)
	@given(dial=DIALS, kind=st.sampled_from(["Form", "JSON"]))
	def test_what_was_put_in_is_what_comes_out(self, dial, kind):
		values = {"lead": dial.custom_data["lead"], "user": dial.user}
		sources = {"lead": "{custom.lead}", "user": "{user}"}
		pairs = [pair(part, f"my {key}", source) for part in self.PLACES for key, source in sources.items()]
		made = request(dial, body_kind=kind, request_pairs=pairs)
		sent = {f"my {key}": value for key, value in values.items() if value}
		assert dict(parse_qsl(urlsplit(made.url).query)) == sent
		assert (dict(parse_qsl(made.body.decode())) if kind == "Form" else json.loads(made.body)) == sent

	@settings(max_examples=150, deadline=None)
	@given(dial=DIALS)
	def test_a_header_holds_its_value_whole_or_nothing_is_sent(self, dial):
		pairs = [pair("Header", "X-Lead", "lead {custom.lead}.")]
		lead = dial.custom_data["lead"]
		if not re.fullmatch(r"[ -~]*", lead):
			with pytest.raises(ConfigurationError) as caught:
				request(dial, request_pairs=pairs)
			assert caught.value.setting == "request_pairs"
			return
		assert request(dial, request_pairs=pairs).headers == ({"X-Lead": f"lead {lead}."} if lead else {})

	@settings(max_examples=100, deadline=None)
	@given(dial=DIALS)
	def test_no_value_leaves_its_place_in_xml(self, dial):
		value = '<Dial callerId="{user}"><Number>{custom.lead}</Number></Dial>'
		made = request(dial, body_kind="Form", request_pairs=[pair("Body", "Twiml", value, "XML")])
		lead, user = dial.custom_data["lead"], dial.user
		if not (lead or user):
			assert made.body == b""
			return
		[(_key, text)] = parse_qsl(made.body.decode())
		head, number = (
			text.removeprefix('<Dial callerId="').removesuffix("</Number></Dial>").split('"><Number>')
		)
		assert (unescape(head), unescape(number)) == (user, lead)
		assert not set('<>"') & set(head + number)

	def test_a_pair_without_a_value_is_left_out_and_a_fixed_one_stays(self):
		pairs = [
			pair("Query", "async", "1"),
			pair("Query", "note", "{custom.empty}"),
			pair("Query", "none", ""),
			pair("Query", "gone", "{custom.unheard_of}{custom.empty}"),
			pair("Query", "half", "{custom.empty}-{extension}"),
		]
		assert parse_qsl(urlsplit(request(request_pairs=pairs).url).query) == [
			("async", "1"),
			("half", "-1000"),
		]

	def test_json_keys_with_dots_go_down_and_kinds_are_those_of_json(self):
		pairs = [
			pair("Body", "to", "{number.e164}", "Integer"),
			pair("Body", "data.lead", "{custom.lead}"),
			pair("Body", "data.more.async", "true", "Boolean"),
		]
		made = request(body_kind="JSON", request_pairs=pairs)
		assert json.loads(made.body) == {
			"to": 447700900123,
			"data": {"lead": "CRM-LEAD-1", "more": {"async": True}},
		}
		assert made.headers == {"Content-Type": "application/json"}

	def test_kinds_are_plain_text_outside_json(self):
		pairs = [pair("Body", "to", "{number.e164}", "Integer"), pair("Body", "record", "yes", "Boolean")]
		made = request(body_kind="Form", request_pairs=pairs)
		assert made.body == b"to=447700900123&record=true"

	def test_a_forms_key_may_come_several_times(self):
		"""So Twilio is asked for more than one kind of event."""
		pairs = [pair("Body", "event", "ringing"), pair("Body", "event", "completed")]
		made = request(body_kind="Form", request_pairs=pairs)
		assert made.body == b"event=ringing&event=completed"

	@pytest.mark.parametrize("lead", ["007", "1.5", "", "12e3", "one", "1" * 19, "-1", "+"])
	def test_what_is_no_whole_number_is_not_made_one(self, lead):
		pairs = [pair("Body", "id", "{custom.lead}{custom.none}", "Integer")]
		dial = DialRequest("1000", "+447700900123", {"lead": lead})
		if not lead:
			assert json.loads(request(dial, body_kind="JSON", request_pairs=pairs).body) == {}
			return
		with pytest.raises(ConfigurationError) as caught:
			request(dial, body_kind="JSON", request_pairs=pairs)
		assert caught.value.setting == "request_pairs" and lead not in caught.value.message

	@pytest.mark.parametrize(
		("row", "words"),
		[
			(pair("Nowhere", "a", "b"), "an unknown part or data type"),
			(pair("Query", "a", "b", "Float"), "an unknown part or data type"),
			(pair("Query", "", "b"), "needs a key"),
			(pair("Header", "Host", "evil.example"), "header that cannot be sent"),
			(pair("Header", "content-length", "0"), "header that cannot be sent"),
			(pair("Header", "Transfer-Encoding", "chunked"), "header that cannot be sent"),
			(pair("Header", "X Y", "1"), "header that cannot be sent"),
			(pair("Header", "X:Y", "1"), "header that cannot be sent"),
			(pair("Body", "a", "b"), "Choose the kind of body"),
		],
	)
	def test_a_row_that_cannot_be_sent_is_named(self, row, words):
		message = refused("request_pairs", request_pairs=[pair("Query", "fine", "1"), row])
		assert "row 2" in message and words in message

	def test_keys_of_json_that_exclude_each_other_are_refused(self):
		for keys in (("a", "a.b"), ("a.b", "a"), ("a..b", "c"), (".a", "b")):
			rows = [pair("Body", key, "1") for key in keys]
			assert "does not fit" in refused("request_pairs", body_kind="JSON", request_pairs=rows)

	def test_a_get_has_no_body(self):
		refused("body_kind", http_method="GET", body_kind="JSON")

	def test_the_admins_own_content_type_counts(self):
		pairs = [pair("Header", "content-type", "application/json; charset=utf-8")]
		made = request(body_kind="JSON", request_pairs=pairs)
		assert made.headers == {"content-type": "application/json; charset=utf-8"}

	def test_a_blank_of_a_profile_that_was_not_filled_in_is_named(self):
		assert "YOUR_SID" in refused("url_template", url_template="https://pbx.example/YOUR_SID/calls")
		assert "YOUR_PBX" in refused("url_template", url_template="https://YOUR_PBX/calls")
		rows = [pair("Body", "id", "YOUR_ID")]
		assert "row 1" in refused("request_pairs", body_kind="Form", request_pairs=rows)


class TestAgents:
	@pytest.mark.parametrize(
		("form", "good", "bad"),
		[
			("Digits", ("1000",), ("+44770090", "abc", "10 00", "", "*72", "١٠٠٠")),
			("Phone number", ("1000", "+919812345678"), ("abc", "++1", "", "1000,1001")),
			(
				"Name",
				("ab12cd", "ada@pbx.example", "+1.2_3-4"),
				("a b", "a/b", "", "a,b", "a}", "a" * 65, 'a"'),
			),
		],
	)
	def test_the_account_says_how_agents_are_named(self, form, good, bad):
		made = provider(agent_form=form)
		for extension in good:
			assert made.checked_extension(f" {extension}\u200b") == extension
		for extension in bad:
			with pytest.raises(ConfigurationError) as caught:
				made.dial_request(DialRequest(extension, "+447700900123"))
			assert caught.value.setting == "extension"


class TestSignIn:
	def made(self, **values):
		return request(secret_1=SECRET, **values)

	def test_by_basic(self):
		headers = self.made(auth_kind="Basic", auth_name="{secret.2}", secret_2="user").headers
		kind, _space, encoded = headers["Authorization"].partition(" ")
		assert (kind, base64.b64decode(encoded).decode()) == ("Basic", f"user:{SECRET}")

	def test_by_bearer_header_or_query(self):
		assert self.made(auth_kind="Bearer").headers == {"Authorization": f"Bearer {SECRET}"}
		assert self.made(auth_kind="Header", auth_name="X-API-Key").headers == {"X-API-Key": SECRET}
		query = parse_qsl(urlsplit(self.made(auth_kind="Query", auth_name="key").url).query)
		assert query == [("key", SECRET)]

	def test_the_key_goes_before_the_other_parameters_and_is_in_none_of_them(self):
		made = self.made(
			auth_kind="Query", auth_name="key", request_pairs=[pair("Query", "to", "{number.digits}")]
		)
		assert parse_qsl(urlsplit(made.url).query) == [("key", SECRET), ("to", "447700900123")]

	@pytest.mark.parametrize(
		("field", "values"),
		[
			("auth_name", {"auth_kind": "Basic"}),
			("auth_name", {"auth_kind": "Header"}),
			("auth_name", {"auth_kind": "Query"}),
			("auth_name", {"auth_kind": "Header", "auth_name": "Host"}),
			("auth_name", {"auth_kind": "Header", "auth_name": "A:B"}),
			("auth_name", {"auth_kind": "Basic", "auth_name": "a:b"}),
			("auth_name", {"auth_kind": "Basic", "auth_name": "{extension}"}),
			("secret_1", {"auth_kind": "Bearer", "secret_1": ""}),
			("secret_1", {"auth_kind": "Basic", "auth_name": "a", "secret_1": ""}),
			("secret_1", {"auth_kind": "Bearer", "secret_1": "käse"}),
			("test_url", {"auth_kind": "Digest", "auth_name": "a"}),
		],
	)
	def test_what_it_cannot_do_without_is_named(self, field, values):
		refused(field, **{"secret_1": SECRET, **values})


class TestSecrets:
	# Where a secret may be put on purpose; the others must not show up there.
	PAIRS = (
		pair("Query", "a", "{secret.2}"),
		pair("Header", "X-B", "t {secret.3}"),
		pair("Body", "c", "{secret.2}"),
		pair("Body", "to", "{number.e164}"),
	)
	ALPHABET = st.text(st.sampled_from("abcXYZ019-_.~!*'()+/=&?#%<>;:, "), min_size=8, max_size=20).map(
		lambda text: text.strip().ljust(8, "q")
	)

	@settings(max_examples=120, deadline=None)
	@given(
		one=ALPHABET,
		two=ALPHABET,
		three=ALPHABET,
		kind=st.sampled_from(["Basic", "Bearer", "Header", "Query"]),
	)
	def test_neither_its_repr_nor_its_masked_form_shows_one(self, one, two, three, kind):
		secrets = {
			"secret_1": one.replace(" ", "_"),
			"secret_2": two.replace(" ", "_"),
			"secret_3": three.replace(" ", "_"),
		}
		made = provider(
			auth_kind=kind, auth_name="X-Key", body_kind="Form", request_pairs=list(self.PAIRS), **secrets
		)
		built = made.dial_request(DIAL)
		shown = [repr(built), built.masked(), repr(made), repr(made.connection), repr(made.form)]
		for secret in secrets.values():
			assert all(secret not in text for text in shown)

	@pytest.mark.parametrize("kind", ["Basic", "Bearer", "Header", "Query"])
	def test_the_whole_request_as_people_see_it_holds_none_and_no_password_in_base64(self, kind):
		built = request(secret_1=SECRET, auth_kind=kind, auth_name="ada")
		encoded = base64.b64encode(f"ada:{SECRET}".encode()).decode()
		told = str(shown(built))
		assert MASK in told and SECRET not in told and encoded not in told

	def test_each_stands_only_where_it_was_put(self):
		names = ("secret_1", "secret_2", "secret_3")
		one, two, three = (f"{name}-{SECRET}" for name in names)
		built = request(
			auth_kind="Bearer",
			body_kind="JSON",
			request_pairs=list(self.PAIRS),
			**dict(zip(names, (one, two, three), strict=True)),
		)
		assert built.headers == {
			"Content-Type": "application/json",
			"X-B": f"t {three}",
			"Authorization": f"Bearer {one}",
		}
		assert parse_qsl(urlsplit(built.url).query) == [("a", two)]
		assert json.loads(built.body) == {"c": two, "to": "+447700900123"}
