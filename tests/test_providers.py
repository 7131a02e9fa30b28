"""The contract every provider keeps, fed by recorded exchanges; each says whether a vendor's page shows it, or a PBX gave it.

A new provider needs recordings in `recordings/<slug>/` and no test of its own to be held to all of this.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import registry, status, transport
from c2c_frappe.pbx.base import MASK, Connection, DialRequest, HttpAnswer
from c2c_frappe.pbx.errors import ConfigurationError

RECORDINGS = Path(__file__).parent / "recordings"
SLUGS = sorted(registry.PROVIDERS)
# What people paste with a value: spaces of all kinds, zero-width and direction marks, in any order.
PASTED = ("{} ", "\u00a0{}\u00a0", "\u200b \u200b{}\ufeff\t", "\u202a{}\u202c\r\n")
ANY_STATUS = st.integers(100, 999)
JSON_VALUES = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
	max_leaves=8,
)


def recordings(slug=None):
	"""Return (slug, name, recording) of every recorded exchange."""
	files = sorted(RECORDINGS.glob(f"{slug or '*'}/*.json"))
	return [(file.parent.name, file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]


EACH = pytest.mark.parametrize(
	("slug", "recording"), [pytest.param(s, r, id=f"{s}-{name}") for s, name, r in recordings()]
)
EACH_PROVIDER = pytest.mark.parametrize("slug", SLUGS)


def example(slug):
	"""Return the plainest recording of a provider."""
	return next(recording for _slug, name, recording in recordings(slug) if name == "accepted")


def provider_of(slug, recording=None, **changes):
	return registry.build(slug, {**(recording or example(slug))["settings"], **changes})


def dial_of(recording):
	return DialRequest(**recording["dial"])


def answer(http_status, body="", content_type="application/json"):
	return HttpAnswer(http_status, body, content_type)


class TestRecordings:
	def test_there_is_a_folder_for_every_provider_and_for_nothing_else(self):
		assert sorted(folder.name for folder in RECORDINGS.iterdir()) == SLUGS

	@EACH
	def test_each_says_where_it_is_from(self, slug, recording):
		assert recording["source"] in ("vendor page", "assumed", "real exchange") and recording["note"]
		assert registry.PROVIDERS[slug].docs_url == f"https://{recording['page']}"

	@EACH
	def test_the_request_is_exactly_the_recorded_one(self, slug, recording):
		request = provider_of(slug, recording).dial_request(dial_of(recording))
		assert f"{request.method} {request.url}" == recording["request"]
		assert json.loads(request.body or b"null") == recording.get("body")
		assert set(request.headers) <= {"Authorization", "Content-Type"}

	@EACH
	def test_the_request_reaches_the_wire_unchanged(self, slug, recording, serve_raw):
		server = serve_raw(b"HTTP/1.1 204 None\r\n\r\n")
		request = provider_of(slug, recording).dial_request(dial_of(recording))
		parts = urlsplit(request.url)
		here = replace(request, url=request.url.replace(f"{parts.scheme}://{parts.netloc}", server.url))
		transport.send(here, Connection())
		target = recording["request"].partition(parts.netloc)[2]
		assert server.heads[0].split(b"\r\n")[0] == f"{request.method} {target} HTTP/1.1".encode()

	@EACH
	def test_the_answer_means_what_is_recorded(self, slug, recording):
		said, meant = recording["answer"], recording["result"]
		result = provider_of(slug, recording).read_dial_answer(
			answer(said["status"], said["body"], said["content_type"])
		)
		found = (result.status, result.failure_code, result.pbx_call_id)
		assert found == (meant["status"], meant["failure_code"], meant["pbx_call_id"])
		assert meant["says"] in result.message
		_assert_fit_for_people(result.message, provider_of(slug, recording).secrets)


@EACH_PROVIDER
class TestAnyAnswer:
	@pytest.mark.parametrize(
		("http_status", "code"),
		[
			(401, "bad_credentials"),
			(403, "bad_credentials"),
			*(
				(refusal, "pbx_rejected")
				for refusal in (300, 301, 302, 307, 308, 400, 402, 405, 410, 429, 451)
			),
		],
	)
	@pytest.mark.parametrize("body", ["", "<h1>no</h1>", "{}", "[]", '{"success":"true"}'])
	def test_a_refusal_by_http_status_failed(self, slug, http_status, code, body):
		result = provider_of(slug).read_dial_answer(answer(http_status, body))
		assert (result.status, result.failure_code) == (status.FAILED, code)

	@pytest.mark.parametrize("http_status", [100, 103, 199, 500, 502, 503, 504, 599, 600, 999])
	@pytest.mark.parametrize("body", ["", "<h1>Bad Gateway</h1>", '{"success":true,"unique_id":"1.2"}'])
	def test_a_fault_or_an_interim_answer_is_unknown(self, slug, http_status, body):
		result = provider_of(slug).read_dial_answer(answer(http_status, body))
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert "may still ring" in result.message

	@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
	@given(http_status=ANY_STATUS, body=st.binary(max_size=200) | JSON_VALUES.map(json.dumps))
	def test_nothing_a_pbx_says_raises(self, slug, http_status, body):
		text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
		result = provider_of(slug).read_dial_answer(answer(http_status, text))
		assert result.status in (status.REQUESTED, status.UNCONFIRMED, status.FAILED, status.UNKNOWN)
		assert result.status not in (status.REQUESTED, status.UNCONFIRMED) or 200 <= http_status < 300
		_assert_fit_for_people(result.message, provider_of(slug).secrets)
		assert provider_of(slug).read_probe_answer(answer(http_status, text)).message

	@pytest.mark.parametrize("sign", ["<", "<script", "<style>", "{", "[", "\\", "%", "</script ", "&#", "*"])
	def test_64_kb_of_anything_are_read_in_no_time(self, slug, sign, within):
		body = (sign * 65536)[:65536]
		with within(0.5):
			provider_of(slug).read_dial_answer(answer(200, body))
			provider_of(slug).read_dial_answer(answer(200, json.dumps({"success": False, "message": body})))

	@pytest.mark.parametrize("http_status", [200, 302, 400, 403, 404, 500])
	def test_a_page_that_echoes_our_address_gives_no_secret_away(self, slug, http_status):
		secret = "Ab/C+d&e=1" if slug != "commpeak" else "Ab-C_d-e1"
		provider = _with_secret(slug, secret)
		for spelt in _spellings(secret):
			for body in (f"<p>{spelt}</p>", json.dumps({"success": False, "message": f"No: {spelt}."})):
				result = provider.read_dial_answer(answer(http_status, body))
				found = provider.read_probe_answer(answer(http_status, body))
				for text in (result.message, *found.unchecked, found.message):
					assert spelt not in text and secret not in text
					_assert_fit_for_people(text, provider.secrets)

	def test_control_and_direction_marks_do_not_reach_people(self, slug):
		said = "a\x00b\x1b[31mc\u202ed\u2066e\u200bf\r\ng"
		for body in (said, json.dumps({"success": False, "message": said})):
			_assert_fit_for_people(provider_of(slug).read_dial_answer(answer(400, body)).message, ())


@EACH_PROVIDER
class TestRequests:
	def test_neither_its_repr_nor_its_masked_form_holds_a_secret(self, slug):
		for _slug, _name, recording in recordings(slug):
			provider = provider_of(slug, recording)
			request = provider.dial_request(dial_of(recording))
			for text in (repr(request), request.masked(), repr(provider), repr(provider.connection)):
				_assert_fit_for_people(text, provider.secrets)
			probe = provider.probe_request()
			_assert_fit_for_people(probe.masked(), provider.secrets)
			assert recording["dial"]["extension"] not in probe.masked(), "a probe must not ring a phone"

	@pytest.mark.parametrize("extension", ["", "abc", "10 00", "*72", "1000/1001", "1" * 21, "١٠٠٠"])
	def test_an_extension_it_cannot_ring_is_for_the_admin(self, slug, extension):
		with pytest.raises(ConfigurationError) as caught:
			provider_of(slug).dial_request(DialRequest(extension, "+447700900123"))
		assert caught.value.setting == "extension"

	@pytest.mark.parametrize("pasted", PASTED)
	def test_a_pasted_extension_is_trimmed(self, slug, pasted):
		dial = DialRequest("1000", "+447700900123")
		trimmed = provider_of(slug).dial_request(replace(dial, extension=pasted.format("1000")))
		assert trimmed.url == provider_of(slug).dial_request(dial).url


@EACH_PROVIDER
class TestSettings:
	def test_what_is_required_and_missing_is_named(self, slug):
		for setting in registry.PROVIDERS[slug].settings:
			if setting.required:
				with pytest.raises(ConfigurationError) as caught:
					provider_of(slug, **{setting.name: " \u200b"})
				assert caught.value.setting == setting.name and setting.label in caught.value.message

	def test_what_is_unusable_is_named_and_not_repeated(self, slug):
		bad = {"url": "ftp://host", "integer": "soon", "check": "perhaps"}
		for setting in registry.PROVIDERS[slug].settings:
			value = bad.get(setting.kind, "in two words")
			with pytest.raises(ConfigurationError) as caught:
				provider_of(slug, **{setting.name: value})
			assert caught.value.setting == setting.name and setting.label in caught.value.message
			assert value not in caught.value.message

	@pytest.mark.parametrize("pasted", PASTED)
	def test_what_was_pasted_with_a_value_is_trimmed(self, slug, pasted):
		for _slug, _name, recording in recordings(slug):
			values = {name: pasted.format(value) for name, value in recording["settings"].items()}
			request = registry.build(slug, values).dial_request(dial_of(recording))
			assert f"{request.method} {request.url}" == recording["request"]

	def test_settings_of_other_providers_do_not_matter(self, slug):
		everything = {s.name: "!?" for p in registry.PROVIDERS.values() for s in p.settings}
		own = {s.name for s in registry.PROVIDERS[slug].settings}
		others = {name: value for name, value in everything.items() if name not in own}
		assert provider_of(slug, **others).dial_request(dial_of(example(slug)))

	def test_the_support_table_says_documented_until_someone_ran_it(self, slug):
		[row] = [row for row in registry.support_table() if row["provider"] == slug]
		assert row["support"] in ("Verified", "Documented") and row["docs"].startswith("https://")
		assert json.loads(json.dumps(row)) == row


def test_an_unknown_provider_is_named():
	with pytest.raises(ConfigurationError) as caught:
		registry.build("acme", {})
	assert caught.value.setting == "provider" and "acme" in caught.value.message


def _with_secret(slug, secret):
	values = {s.name: secret for s in registry.PROVIDERS[slug].settings if s.kind == "password"}
	return provider_of(slug, **values)


def _spellings(secret):
	"""Return the secret as a PBX may echo it."""
	in_json = "".join(f"\\u{ord(c):04X}" for c in secret)
	double = quote(quote(secret, safe=""), safe="")
	quoted = [
		quote(secret, safe=""),
		quote_plus(secret),
		re.sub("%..", lambda m: m[0].lower(), quote(secret, safe="")),
	]
	every = "".join(f"%{ord(c):02x}" for c in secret)
	html = [secret.replace("&", "&amp;"), "".join(f"&#{ord(c)};" for c in secret)]
	return {secret, *quoted, quote(secret), every, double, in_json, secret.replace("/", "\\/"), *html}


def _assert_fit_for_people(text, secrets):
	assert text and text.isprintable() and len(text) < 420
	for secret in secrets:
		if len(secret) > 5:
			assert secret not in text
		else:
			assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text.replace(MASK, ""))
