"""The contract every provider and every profile keeps, fed by recordings; each says whether a vendor's page shows it, or a PBX gave it.

A new one needs recordings in `recordings/<slug>/` and no test of its own to be held to all of this. A recording with
a `payload` is of an event, all others are of a dial.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import GenericHttp, profiles
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection, HttpResponse
from c2c_frappe.pbx.wire.redaction import MASK

RECORDINGS = Path(__file__).parent / "recordings"
PROFILES = profiles.every()
SLUGS = sorted([*registry.PROVIDERS, *PROFILES])
# What people paste with a value: spaces of all kinds, zero-width and direction marks, in any order.
PASTED = ("{} ", "\u00a0{}\u00a0", "\u200b \u200b{}\ufeff\t", "\u202a{}\u202c\r\n")
ANY_STATUS = st.integers(100, 999)
# What a vendor's page, or those who speak to it, say of a status that means something else by itself.
MEANT_OTHERWISE = {
	("cloudtalk", 403): "extension_offline",
	("exotel", 403): "pbx_rejected",
	("aircall", 405): "extension_offline",
	("sipgate", 403): "unknown_extension",
}
JSON_VALUES = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
	max_leaves=8,
)


def recordings(slug=None, of_events=False):
	"""Return (slug, name, recording) of every recorded dial, or event."""
	files = sorted(RECORDINGS.glob(f"{slug or '*'}/*.json"))
	found = [(file.parent.name, file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]
	return [each for each in found if ("payload" in each[2]) == of_events]


def cases(of_events=False):
	found = recordings(of_events=of_events)
	return pytest.mark.parametrize(
		("slug", "recording"), [pytest.param(s, r, id=f"{s}-{name}") for s, name, r in found]
	)


EACH = cases()
EACH_EVENT = cases(of_events=True)
EACH_PROVIDER = pytest.mark.parametrize("slug", SLUGS)


def example(slug):
	"""Return the plainest recording of a provider or a profile."""
	return next(recording for _slug, name, recording in recordings(slug) if name == "accepted")


def class_of(slug):
	return GenericHttp if slug in PROFILES else registry.PROVIDERS[slug]


def page_of(slug):
	return PROFILES[slug].page if slug in PROFILES else registry.PROVIDERS[slug].docs_url


def values_of(slug, recording):
	"""Return the settings of a recording; a profile's come first, its blanks filled in."""
	of_profile = PROFILES[slug].filled(recording["blanks"]) if slug in PROFILES else {}
	return {**of_profile, **recording["settings"]}


def provider_of(slug, recording=None, **changes):
	return registry.build(class_of(slug).slug, {**values_of(slug, recording or example(slug)), **changes})


def dial_of(recording):
	return DialRequest(**recording["dial"])


def dial_request_of(provider, recording):
	"""Return the dial's own request, after the recorded questions were asked and answered."""
	talk = provider.dial_steps(dial_of(recording))
	request = next(talk)
	for question in recording.get("questions", []):
		assert request.is_question and as_recorded(request) == of_recording(question)
		said = question["answer"]
		request = talk.send(answer(said["status"], said["body"], said["content_type"]))
	assert not request.is_question
	return request


def as_recorded(request):
	return f"{request.method} {request.url}", dict(request.headers), (request.body or b"").decode()


def of_recording(recording):
	return recording["request"], recording.get("headers", {}), recording.get("body", "")


def answer(http_status, body="", content_type="application/json"):
	return HttpResponse(http_status, body, content_type)


class TestRecordings:
	def test_there_is_a_folder_for_every_provider_and_every_profile_and_for_nothing_else(self):
		assert sorted(folder.name for folder in RECORDINGS.iterdir()) == SLUGS

	@EACH_PROVIDER
	def test_every_provider_and_every_profile_has_its_plainest_call_recorded(self, slug):
		assert example(slug)["result"]["status"] in (status.REQUESTED, status.UNCONFIRMED)

	@pytest.mark.parametrize(
		"slug", [slug for slug, profile in PROFILES.items() if profile.values.get("event_rules")]
	)
	def test_a_profile_that_reads_events_has_one_recorded(self, slug):
		assert recordings(slug, of_events=True)

	@EACH
	def test_each_says_where_it_is_from(self, slug, recording):
		assert recording["source"] in ("vendor page", "assumed", "real exchange") and recording["note"]
		assert page_of(slug) == f"https://{recording['page']}"

	@EACH
	def test_the_request_is_exactly_the_recorded_one(self, slug, recording):
		assert as_recorded(dial_request_of(provider_of(slug, recording), recording)) == of_recording(
			recording
		)

	@EACH
	def test_the_request_reaches_the_wire_unchanged(self, slug, recording, serve_raw):
		server = serve_raw(b"HTTP/1.1 204 None\r\n\r\n")
		request = dial_request_of(provider_of(slug, recording), recording)
		parts = urlsplit(request.url)
		here = replace(request, url=request.url.replace(f"{parts.scheme}://{parts.netloc}", server.url))
		transport.send(here, Connection())
		target = recording["request"].partition(parts.netloc)[2]
		line, *headers = server.heads[0].decode().split("\r\n")
		assert line == f"{request.method} {target} HTTP/1.1"
		assert {f"{name}: {value}" for name, value in recording.get("headers", {}).items()} <= set(headers)

	@EACH
	def test_the_answer_means_what_is_recorded(self, slug, recording):
		said, meant = recording["answer"], recording["result"]
		result = provider_of(slug, recording).read_dial_response(
			answer(said["status"], said["body"], said["content_type"])
		)
		found = (result.status, result.failure_code, result.pbx_call_id)
		assert found == (meant["status"], meant["failure_code"], meant["pbx_call_id"])
		assert meant["says"] in result.message
		_assert_fit_for_people(result.message, provider_of(slug, recording).secrets)

	@EACH_EVENT
	def test_the_event_means_what_is_recorded(self, slug, recording):
		event = provider_of(slug, recording).parse_event(recording["payload"])
		link = {"recording_url": event.recording_url} if event.recording_url else {}
		assert {**event.as_stored(), **link} == recording["event"]
		if event.status:
			assert event.evidence.status == event.status


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
		result = provider_of(slug).read_dial_response(answer(http_status, body))
		code = MEANT_OTHERWISE.get((slug, http_status), code)
		assert (result.status, result.failure_code) == (status.FAILED, code)

	@pytest.mark.parametrize("http_status", [100, 103, 199, 500, 502, 503, 504, 599, 600, 999])
	@pytest.mark.parametrize(
		"body",
		[
			"",
			"<h1>Bad Gateway</h1>",
			'{"success":true,"unique_id":"1.2"}',
			# The words with which vendors refuse, with a status that says that something broke.
			'{"success":false,"status":"Fail","errcode":10001,"finalstatus":"Failed","error":{"message":"no"}}',
			'{"responseData":{"status":500,"message":"no"},"RestException":{"Message":"no"},"errors":"no"}',
			"-ERR no\n",
		],
	)
	def test_a_fault_or_an_interim_answer_is_unknown(self, slug, http_status, body):
		result = provider_of(slug).read_dial_response(answer(http_status, body))
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert "may still ring" in result.message

	@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
	@given(http_status=ANY_STATUS, body=st.binary(max_size=200) | JSON_VALUES.map(json.dumps))
	def test_nothing_a_pbx_says_raises(self, slug, http_status, body):
		text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
		result = provider_of(slug).read_dial_response(answer(http_status, text))
		assert result.status in (status.REQUESTED, status.UNCONFIRMED, status.FAILED, status.UNKNOWN)
		assert result.status not in (status.REQUESTED, status.UNCONFIRMED) or 200 <= http_status < 300
		_assert_fit_for_people(result.message, provider_of(slug).secrets)
		finding = provider_of(slug).read_probe_response(answer(http_status, text))
		assert finding.message
		assert finding.ok is True or finding.setting in {each.name for each in provider_of(slug).settings}

	@pytest.mark.parametrize("sign", ["<", "<script", "<style>", "{", "[", "\\", "%", "</script ", "&#", "*"])
	def test_64_kb_of_anything_are_read_in_no_time(self, slug, sign, within):
		body = (sign * 65536)[:65536]
		with within(3):
			provider_of(slug).read_dial_response(answer(200, body))
			provider_of(slug).read_dial_response(answer(200, json.dumps({"success": False, "message": body})))

	@pytest.mark.parametrize("http_status", [200, 302, 400, 403, 404, 500])
	def test_a_page_that_echoes_our_address_gives_no_secret_away(self, slug, http_status):
		secret = "Ab/C+d&e=1" if slug != "commpeak" else "Ab-C_d-e1"
		provider = _with_secret(slug, secret)
		for spelt in _spellings(secret):
			for body in (f"<p>{spelt}</p>", json.dumps({"success": False, "message": f"No: {spelt}."})):
				result = provider.read_dial_response(answer(http_status, body))
				found = provider.read_probe_response(answer(http_status, body))
				for text in (result.message, *found.unchecked, found.message):
					assert spelt not in text and secret not in text
					_assert_fit_for_people(text, provider.secrets)

	def test_control_and_direction_marks_do_not_reach_people(self, slug):
		said = "a\x00b\x1b[31mc\u202ed\u2066e\u200bf\r\ng"
		for body in (said, json.dumps({"success": False, "message": said})):
			_assert_fit_for_people(provider_of(slug).read_dial_response(answer(400, body)).message, ())


@EACH_PROVIDER
class TestRequests:
	def test_neither_its_repr_nor_its_masked_form_holds_a_secret(self, slug):
		for _slug, _name, recording in recordings(slug):
			provider = provider_of(slug, recording)
			request = dial_request_of(provider, recording)
			for text in (repr(request), request.masked(), repr(provider), repr(provider.connection)):
				_assert_fit_for_people(text, provider.secrets)
			probe = provider.probe_request()
			_assert_fit_for_people(probe.masked(), provider.secrets)
			assert recording["dial"]["extension"] not in probe.masked(), "a probe must not ring a phone"

	@pytest.mark.parametrize("pasted", PASTED)
	def test_a_pasted_extension_is_trimmed(self, slug, pasted):
		dial = DialRequest("1000", "+447700900123")
		trimmed = provider_of(slug).dial_request(replace(dial, extension=pasted.format("1000")))
		assert as_recorded(trimmed) == as_recorded(provider_of(slug).dial_request(dial))


@EACH_PROVIDER
class TestSettings:
	def test_what_is_required_and_missing_is_named(self, slug):
		for setting in class_of(slug).settings:
			if setting.required:
				with pytest.raises(ConfigurationError) as caught:
					provider_of(slug, **{setting.name: " \u200b"})
				assert caught.value.setting == setting.name and setting.label in caught.value.message

	def test_what_is_unusable_is_named_and_not_repeated(self, slug):
		bad = {"url": "ftp://host", "integer": "soon", "check": "perhaps"}
		for setting in class_of(slug).settings:
			value = bad.get(setting.kind, "in two words")
			with pytest.raises(ConfigurationError) as caught:
				provider_of(slug, **{setting.name: value})
			assert caught.value.setting == setting.name and setting.label in caught.value.message
			assert value not in caught.value.message

	@pytest.mark.parametrize("pasted", PASTED)
	def test_what_was_pasted_with_a_value_is_trimmed(self, slug, pasted):
		for _slug, _name, recording in recordings(slug):
			given = values_of(slug, recording).items()
			values = {n: pasted.format(value) if isinstance(value, str) else value for n, value in given}
			request = dial_request_of(registry.build(class_of(slug).slug, values), recording)
			assert as_recorded(request) == of_recording(recording)

	def test_settings_of_other_providers_do_not_matter(self, slug):
		everything = {s.name: "!?" for p in registry.PROVIDERS.values() for s in p.settings}
		own = {s.name for s in class_of(slug).settings}
		others = {name: value for name, value in everything.items() if name not in own}
		assert provider_of(slug, **others).dial_request(dial_of(example(slug)))

	def test_the_support_table_says_documented_until_someone_ran_it(self, slug):
		rows = [*registry.support_table(), *profiles.support_table()]
		[row] = [row for row in rows if row.get("provider", row.get("profile")) == slug]
		assert row["support"] in ("Verified", "Documented") and row["docs"].startswith("https://")
		assert json.loads(json.dumps(row)) == row


# Some of the profiles' PBXs name agents by words, or by phone numbers: what all of them refuse, and what only digits do.
NO_EXTENSIONS = ("", "10 00", "*72", "1000/1001", "١٠٠٠")
NO_DIGITS = ("abc", "1" * 21)


@pytest.mark.parametrize(
	("slug", "extension"),
	[(s, e) for s in SLUGS for e in (*NO_EXTENSIONS, *(() if s in PROFILES else NO_DIGITS))],
)
def test_an_extension_it_cannot_ring_is_for_the_admin(slug, extension):
	with pytest.raises(ConfigurationError) as caught:
		provider_of(slug).dial_request(DialRequest(extension, "+447700900123"))
	assert caught.value.setting == "extension"


def test_an_unknown_provider_is_named():
	with pytest.raises(ConfigurationError) as caught:
		registry.build("acme", {})
	assert caught.value.setting == "provider" and "acme" in caught.value.message


def _with_secret(slug, secret):
	values = {s.name: secret for s in class_of(slug).settings if s.kind == "password"}
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
	# JSON in a URL, in a page, and in JSON that is in a page.
	escaped = secret.replace("/", "\\/")
	html += [quote(escaped, safe=""), escaped.replace("\\", "&#92;"), escaped.replace("\\", "\\\\")]
	return {secret, *quoted, quote(secret), every, double, in_json, secret.replace("/", "\\/"), *html}


def _assert_fit_for_people(text, secrets):
	assert text and text.isprintable() and len(text) < 420
	for secret in secrets:
		if len(secret) > 5:
			assert secret not in text
		else:
			assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text.replace(MASK, ""))
