"""Recordings of a PBX described by a form: its key goes to the account's own addresses, and to nobody else."""

import base64

import pytest

from c2c_frappe.pbx import recordings
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp

SECRET = "k4n4ry-S3cret"
BASIC = "Basic " + base64.b64encode(f"ada:{SECRET}".encode()).decode()
SOUND = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 3\r\n\r\nabc"


def provider(**values):
	usual = {
		"url_template": "https://pbx.example/call",
		"auth_kind": "Basic",
		"auth_name": "ada",
		"secret_1": SECRET,
		"recording_key_hosts": "recordings.pbx.example, media.example:8443",
	}
	return GenericHttp({**usual, **values})


def has_key(made, url):
	request = made.recording_request(url)
	return SECRET in request.url or any(SECRET in v or v == BASIC for v in request.headers.values())


@pytest.mark.parametrize(
	"url",
	[
		"https://pbx.example/r/1.mp3",
		"https://pbx.example:443/r/1.mp3",
		"https://recordings.pbx.example/1.mp3?x=1",
		"https://media.example:8443/1.mp3",
	],
)
@pytest.mark.parametrize("kind", ["Basic", "Bearer", "Header", "Query"])
def test_key_goes_to_the_account_s_own_addresses(url, kind):
	"""Twilio's and Exotel's recordings want the account's own key."""
	made = provider(auth_kind=kind)
	assert has_key(made, url)
	assert SECRET not in repr(made.recording_request(url)) + made.recording_request(url).masked()


@pytest.mark.parametrize(
	"url",
	[
		"http://pbx.example/r/1.mp3",
		"https://pbx.example:8443/r/1.mp3",
		"https://other.pbx.example/1.mp3",
		"https://pbx.example.evil.example/1.mp3",
		"https://media.example/1.mp3",
		"http://recordings.pbx.example/1.mp3",
		"https://s3.amazonaws.com/pbx.example/1.mp3",
	],
)
@pytest.mark.parametrize("kind", ["Basic", "Bearer", "Header", "Query"])
def test_key_goes_to_nobody_else(url, kind):
	assert not has_key(provider(auth_kind=kind), url)


@pytest.mark.parametrize(
	"values", [{"auth_kind": "None"}, {"auth_kind": "Bearer", "token_url": "https://pbx.example/t"}]
)
def test_without_a_fixed_key_nothing_is_sent(values):
	request = provider(**values).recording_request("https://pbx.example/r/1.mp3")
	assert set(request.headers) == {"Accept"}


def test_key_does_not_follow_a_redirect(serve_raw):
	"""A PBX that keeps its recordings elsewhere leads there; who keeps them gets no key."""
	store = serve_raw(SOUND)
	moved = f"HTTP/1.1 302 Found\r\nLocation: {store.url}/1.mp3\r\nContent-Length: 0\r\n\r\n".encode()
	pbx = serve_raw(moved)
	made = provider(url_template=f"{pbx.url}/call", allow_http=1, allow_private=1)
	allowed = recordings.hosts([*made.addresses, store.url], "")
	clip = recordings.fetch(made, f"{pbx.url}/1.mp3", recordings.span(None), allowed)
	assert clip.body == b"abc"
	assert f"Authorization: {BASIC}".encode() in pbx.heads[0]
	assert b"uthorization" not in store.heads[0]


@pytest.mark.parametrize("hosts", ["https://x.example", "a b", "x.example/", "x.example;y.example", "*"])
def test_what_is_no_list_of_hosts_is_named(hosts):
	with pytest.raises(ConfigurationError) as caught:
		provider(recording_key_hosts=hosts)
	assert caught.value.setting == "recording_key_hosts"
