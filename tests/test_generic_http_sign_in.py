"""Tokens and challenges over real sockets: asked for before the dial, which is sent once whatever comes back."""

import re

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp, auth

DIAL = DialRequest("1000", "+447700900123")
SECRET = "client-s3cret"
TOKEN = "t0ken/of+the=PBX"


class Cache:
	"""A token cache that remembers what was done to it."""

	def __init__(self, token=""):
		self.token, self.puts, self.drops = token, [], 0

	def get(self):
		return self.token

	def put(self, token, seconds):
		self.token = token
		self.puts.append((token, seconds))

	def drop(self):
		self.token = ""
		self.drops += 1


def answer(http_status, body=b"", *headers):
	lines = [f"HTTP/1.1 {http_status} Said", f"Content-Length: {len(body)}", *headers]
	return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Pbx:
	"""A PBX that says, for each path, what it is told to; `asked` are the request lines that came, `heads` all of it."""

	def __init__(self, serve_raw, **answers):
		self.answers = {f"/{path}": said for path, said in answers.items()}
		self.server = serve_raw(self._say)
		self.url = self.server.url

	def _say(self, connection):
		path = self.server.heads[-1].split()[1].decode().partition("?")[0]
		said = self.answers[path]
		connection.sendall(said(self.server.heads[-1]) if callable(said) else said)

	@property
	def asked(self):
		return [head.split(b" HTTP")[0].decode() for head in self.server.heads]

	@property
	def heads(self):
		return [head.decode() for head in self.server.heads]


def provider(url, cache=None, **values):
	made = GenericHttp(
		{
			"url_template": f"{url}/dial",
			"allow_http": 1,
			"allow_private": 1,
			"connect_timeout": 1,
			"read_timeout": 1,
			"secret_1": SECRET,
			**values,
		}
	)
	made.token_cache = cache
	return made


class TestTokens:
	GOOD = answer(200, b'{"data":{"access_token":"%s","expires_in":1800}}' % TOKEN.encode())
	OK = answer(200, b'{"ok":true}')

	def provider(self, url, cache=None, **values):
		return provider(
			url,
			cache,
			**{
				"token_url": f"{url}/token",
				"token_body_kind": "Form",
				"token_pairs": [{"part": "Body", "key": "client_secret", "value": "{secret.1}"}],
				"token_place": "data.access_token",
				"token_expiry_place": "data.expires_in",
				"auth_kind": "Bearer",
				"answer_rules": [{"reads": "Success", "kind": "JSON path", "place": "ok", "value": "true"}],
				**values,
			},
		)

	def test_it_is_asked_for_before_the_dial_and_sent_with_it(self, serve_raw):
		pbx, cache = Pbx(serve_raw, token=self.GOOD, dial=self.OK), Cache()
		result = exchange.place(self.provider(pbx.url, cache), DIAL)
		assert result.status == status.REQUESTED
		assert pbx.asked == ["POST /token", "POST /dial"]
		assert f"Authorization: Bearer {TOKEN}" in pbx.heads[1] and "Authorization" not in pbx.heads[0]
		assert cache.puts == [(TOKEN, 1785)]

	def test_a_kept_one_is_used_and_not_asked_for(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD, dial=self.OK)
		assert exchange.place(self.provider(pbx.url, Cache("kept")), DIAL).status == status.REQUESTED
		assert pbx.asked == ["POST /dial"] and "Bearer kept" in pbx.heads[0]

	def test_it_may_stand_in_any_place_of_the_request(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD, dial=self.OK)
		pairs = [{"part": "Query", "key": "access_token", "value": "{token}"}]
		made = self.provider(pbx.url, auth_kind="None", request_pairs=pairs)
		assert exchange.place(made, DIAL).status == status.REQUESTED
		assert pbx.asked[1] == f"POST /dial?access_token={requests.utils.quote(TOKEN, safe='')}"

	@pytest.mark.parametrize("body", [b"", b'{"error":"Token %s expired"}' % TOKEN.encode()])
	def test_a_dial_refused_for_it_is_not_sent_again_and_the_token_is_forgotten(self, serve_raw, body):
		pbx, cache = Pbx(serve_raw, token=self.GOOD, dial=answer(401, body)), Cache(TOKEN)
		result = exchange.place(self.provider(pbx.url, cache), DIAL)
		assert (result.status, result.failure_code) == (status.FAILED, "bad_credentials")
		assert TOKEN not in result.message
		assert pbx.asked == ["POST /dial"] and (cache.token, cache.drops) == ("", 1)

	@pytest.mark.parametrize(
		("said", "code", "words"),
		[
			(answer(401, b"no"), "bad_credentials", "issued no token"),
			(answer(400, b'{"error":"invalid_client"}'), "bad_credentials", "invalid_client"),
			(answer(500), "not_sent", "issued no token"),
			(answer(200, b"<h1>hello</h1>"), "not_sent", "nothing was dialed"),
			(answer(200, b'{"data":{"access_token":7}}'), "not_sent", "issued no token"),
			(answer(200, b'{"data":{"access_token":"a\\r\\nX: y"}}'), "not_sent", "issued no token"),
			(answer(200, b'{"data":{"access_token":""}}'), "not_sent", "issued no token"),
			(b"", "not_sent", "Nothing was dialed"),
		],
	)
	def test_without_one_nothing_is_dialed(self, serve_raw, said, code, words):
		pbx, cache = Pbx(serve_raw, token=said), Cache()
		result = exchange.place(self.provider(pbx.url, cache), DIAL)
		assert (result.status, result.failure_code) == (status.FAILED, code) and words in result.message
		assert pbx.asked == ["POST /token"] and not cache.puts

	REFUSING = (
		{"reads": "Success", "kind": "JSON path", "place": "errcode", "value": "0"},
		{"reads": "Refusal", "kind": "JSON path", "place": "errcode"},
		{"reads": "Error text", "kind": "JSON path", "place": "errmsg"},
		{
			"reads": "Hint",
			"kind": "JSON path",
			"place": "errcode",
			"value": "10005",
			"meaning": "Not allow-listed",
			"hint": "Allow this server.",
		},
	)

	@pytest.mark.parametrize(
		("http_status", "body", "code", "ok", "words"),
		[
			(200, b'{"errcode":10001,"errmsg":"WRONG CLIENT"}', "bad_credentials", False, "WRONG CLIENT"),
			(
				200,
				b'{"errcode":10005,"errmsg":"ADDRESS"}',
				"not_allowlisted",
				False,
				"ADDRESS Allow this server.",
			),
			(200, b'{"errcode":0,"errmsg":"SUCCESS"}', "not_sent", None, "SUCCESS"),
			(500, b'{"errcode":10001,"errmsg":"WRONG CLIENT"}', "not_sent", None, "WRONG CLIENT"),
		],
	)
	def test_token_refused_with_200_is_a_refusal(self, serve_raw, http_status, body, code, ok, words):
		"""Yeastar answers HTTP 200 to a wrong client too: the rows of a call's answer tell a no here as well."""
		pbx = Pbx(serve_raw, token=answer(http_status, body))
		made = self.provider(pbx.url, answer_rules=list(self.REFUSING))
		result = exchange.place(made, DIAL)
		assert (result.status, result.failure_code) == (status.FAILED, code) and words in result.message
		assert pbx.asked == ["POST /token"]
		finding = exchange.probe(made)
		assert finding.ok is ok and words in finding.message

	@pytest.mark.parametrize(
		("left", "kept"), [(b"60", [45]), (b'"3600"', [3585]), (b"10", []), (b"null", []), (b'"soon"', [])]
	)
	def test_one_is_kept_shorter_than_it_lives_and_not_at_all_without_a_time(self, serve_raw, left, kept):
		body = b'{"data":{"access_token":"x","expires_in":%s}}' % left
		pbx, cache = Pbx(serve_raw, token=answer(200, body), dial=self.OK), Cache()
		exchange.place(self.provider(pbx.url, cache), DIAL)
		assert [seconds for _token, seconds in cache.puts] == kept

	def test_a_mistake_in_the_dial_is_told_before_anything_is_asked(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD)
		result = exchange.place(self.provider(pbx.url), DialRequest("no extension", "+447700900123"))
		assert result.failure_code == "misconfigured" and pbx.asked == []

	def test_without_a_body_it_is_a_get(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD, dial=self.OK)
		pairs = [{"part": "Query", "key": "key", "value": "{secret.1}"}]
		exchange.place(self.provider(pbx.url, token_body_kind="None", token_pairs=pairs), DIAL)
		assert pbx.asked[0] == f"GET /token?key={SECRET}"

	@pytest.mark.parametrize(
		("field", "values"),
		[
			(
				"token_url",
				{
					"token_url": "",
					"auth_kind": "None",
					"request_pairs": [{"part": "Query", "key": "t", "value": "{token}"}],
				},
			),
			("token_url", {"token_url": "https://{secret.1}.example/"}),
			("token_pairs", {"token_pairs": [{"part": "Body", "key": "e", "value": "{extension}"}]}),
			("token_place", {"token_place": "a..b"}),
			("token_expiry_place", {"token_expiry_place": "[x"}),
		],
	)
	def test_what_cannot_work_is_named_at_its_field(self, field, values):
		with pytest.raises(ConfigurationError) as caught:
			self.provider("http://127.0.0.1:9", **values)
		assert caught.value.setting == field

	def test_the_connection_test_asks_for_one_and_rings_nobody(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD)
		assert exchange.probe(self.provider(pbx.url)).ok is True
		assert pbx.asked == ["POST /token"]
		assert exchange.probe(self.provider(Pbx(serve_raw, token=answer(401)).url)).ok is False
		assert exchange.probe(self.provider(Pbx(serve_raw, token=answer(503)).url)).ok is None

	def test_no_error_repr_or_masked_form_holds_it(self, serve_raw):
		pbx = Pbx(serve_raw, token=self.GOOD, dial=answer(500, TOKEN.encode()))
		pairs = [{"part": "Query", "key": "t", "value": "{token}"}]
		made = self.provider(pbx.url, request_pairs=pairs)
		result = exchange.place(made, DIAL)
		built = made.dial_request(DIAL)
		for text in (result.message, repr(made), repr(built), built.masked(), repr(made.form)):
			assert TOKEN not in text and requests.utils.quote(TOKEN, safe="") not in text


class TestDigest:
	CHALLENGE = (
		'WWW-Authenticate: Digest realm="pbx", qop="auth", nonce="n0nce", opaque="op", algorithm=SHA-256'
	)
	OK = answer(200, b'{"ok":true}')

	def provider(self, url, **values):
		return provider(
			url, **{"auth_kind": "Digest", "auth_name": "ada", "test_url": f"{url}/status", **values}
		)

	def test_the_challenge_is_asked_for_where_nothing_rings_and_the_dial_leaves_once(self, serve_raw):
		pbx = Pbx(serve_raw, status=answer(401, b"", self.CHALLENGE), dial=self.OK)
		assert exchange.place(self.provider(pbx.url), DIAL).status == status.REQUESTED
		assert pbx.asked == ["GET /status", "POST /dial"]
		assert "Authorization" not in pbx.heads[0]
		[sent] = re.findall(r"Authorization: Digest (.*)\r", pbx.heads[1])
		assert 'uri="/dial"' in sent and 'nonce="n0nce"' in sent and 'opaque="op"' in sent
		assert SECRET not in pbx.heads[1]

	def test_a_dial_that_is_challenged_again_is_refused_and_not_answered(self, serve_raw):
		pbx = Pbx(serve_raw, status=answer(401, b"", self.CHALLENGE), dial=answer(401, b"", self.CHALLENGE))
		result = exchange.place(self.provider(pbx.url), DIAL)
		assert (result.status, result.failure_code) == (status.FAILED, "bad_credentials")
		assert pbx.asked == ["GET /status", "POST /dial"]

	@pytest.mark.parametrize(
		"said",
		[
			answer(200, b"hello"),
			answer(401),
			answer(401, b"", 'WWW-Authenticate: Basic realm="pbx"'),
			answer(401, b"", 'WWW-Authenticate: Digest realm="pbx", nonce="n", algorithm=MD5-sess'),
			answer(401, b"", 'WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth-int"'),
			answer(401, b"", 'WWW-Authenticate: Digest realm="pbx"'),
		],
	)
	def test_without_a_challenge_that_can_be_answered_nothing_is_dialed(self, serve_raw, said):
		pbx = Pbx(serve_raw, status=said)
		result = exchange.place(self.provider(pbx.url), DIAL)
		assert (result.status, result.failure_code) == (status.FAILED, "misconfigured")
		assert pbx.asked == ["GET /status"]
		assert exchange.probe(self.provider(pbx.url)).ok is False

	def test_the_connection_test_says_that_the_password_was_not_tried(self, serve_raw):
		pbx = Pbx(serve_raw, status=answer(401, b"", self.CHALLENGE))
		finding = exchange.probe(self.provider(pbx.url))
		assert finding.ok is True and "password" in " ".join(finding.unchecked)

	# The two examples of RFC 7616, 3.9.1.
	@pytest.mark.parametrize(
		("algorithm", "response"),
		[
			("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
			("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
		],
	)
	def test_it_is_answered_as_in_the_rfc(self, algorithm, response, monkeypatch):
		ours = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
		monkeypatch.setattr(auth.secrets, "token_hex", lambda _length: ours)
		challenge = (
			'Basic realm="x", Digest realm="http-auth@example.org", qop="auth, auth-int",'
			f' algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",'
			' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
		)
		assert auth.is_answerable(challenge)
		url = "https://www.example.org/dir/index.html"
		made = auth.digest(challenge, "Mufasa", "Circle of Life", "GET", url)
		assert f'response="{response}"' in made.headers["Authorization"]

	@settings(max_examples=50, deadline=None)
	@given(challenge=st.text(max_size=60) | st.text('digest ,="\\nonce', max_size=60).map("Digest {}".format))
	def test_no_challenge_raises(self, challenge):
		if auth.is_answerable(challenge):
			auth.digest(challenge, "ada", SECRET, "GET", "https://pbx.example/")


class TestTestAddress:
	@pytest.mark.parametrize(
		("said", "ok", "setting"),
		[
			(answer(200, b"pong"), True, ""),
			(answer(401), False, "secret_1"),
			(answer(403), False, "secret_1"),
			(answer(404), None, "test_url"),
		],
	)
	def test_its_answer_shows_whether_the_key_is_good(self, serve_raw, said, ok, setting):
		pbx = Pbx(serve_raw, ping=said)
		made = provider(pbx.url, auth_kind="Header", auth_name="X-Key", test_url=f"{pbx.url}/ping")
		finding = exchange.probe(made)
		assert (finding.ok, finding.setting) == (ok, setting) and finding.unchecked
		assert pbx.asked == ["GET /ping"] and f"X-Key: {SECRET}" in pbx.heads[0]

	def test_without_one_the_root_is_asked_and_without_the_key(self, serve_raw):
		pbx = Pbx(serve_raw, **{"": answer(404)})
		finding = exchange.probe(provider(pbx.url, auth_kind="Header", auth_name="X-Key"))
		assert finding.ok is True and "key or password" in " ".join(finding.unchecked)
		assert pbx.asked == ["GET /"] and SECRET not in pbx.heads[0]
		assert "Plain http is not encrypted" in finding.message and "certificate" not in finding.message

	@pytest.mark.parametrize("name", ["extension", "number.e164", "custom.lead", "token"])
	def test_it_can_hold_nothing_of_a_call(self, name):
		with pytest.raises(ConfigurationError) as caught:
			provider("http://127.0.0.1:9", test_url=f"http://127.0.0.1:9/{{{name}}}")
		assert caught.value.setting == "test_url"
