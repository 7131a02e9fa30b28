"""Every address that an admin may enter, as a table: what is refused, what is allowed, and why. Opens no socket.

What happens on the wire is in test_transport.py: no redirect is followed, no proxy is used unasked.
"""

import os
import time
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError, PbxError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.settings import Setting, checked
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

REFUSED = {
	"ftp://pbx.example.com": "not spoken here",
	"file:///etc/passwd": "a file of this server",
	"gopher://pbx.example.com/_GET": "writes any bytes to any port",
	"javascript:alert(1)": "no address",
	"data:text/plain,x": "no address",
	"//pbx.example.com": "no scheme",
	"pbx.example.com": "no scheme",
	"https://": "no host",
	"https:///path": "no host",
	"https://user@pbx.example.com": "credentials that would be shown with the address",
	"https://user:key@pbx.example.com": "credentials that would be shown with the address",
	"https://pbx.example.com@evil.example": "the host is another than it seems",
	"https://pbx.example.com\\@evil.example": "read as another host by some",
	"https://pbx.example.com?to=": "what follows would become part of the query",
	"https://pbx.example.com/?": "what follows would become part of the query",
	"https://pbx.example.com/#": "what follows would not be sent at all",
	"https://pbx.example.com/a b": "a space ends the request's line",
	"https://pbx.example.com\r\nHost: evil.example": "a second header",
	"https://pbx\u200b.example.com": "an invisible sign",
	"https://pbx.example.com:99999": "no port",
	"https://pbx.example.com:x": "no port",
	"https://[::1": "no host",
	"https://pbx%2eexample.com": "a host that is spelt to get past a check",
	"http://pbx.example.com": "shows the key to the network, unless that is allowed",
}
ALLOWED = {
	"https://pbx.example.com": "the usual",
	"https://pbx.example.com:8443/api/v1": "a port and a path",
	"HTTPS://PBX.EXAMPLE.COM": "the same",
	"https://xn--bcher-kva.example": "an international name",
	"https://192.168.1.10": "a PBX in the admin's own network is what many have",
	"https://127.0.0.1:8088": "or on the same machine",
	"https://[fd00::1]:8443": "the same with IPv6",
}
URL = Setting("base_url", "Address", kind="url")
# A form's addresses are templates; they are judged as one is about to be connected to, see test_addresses.py.
SLUGS = sorted(registry.PROVIDERS.keys() - {"generic_http"})
ACCOUNTS = {
	"commpeak": {"crm_id": "1", "client_id": "2", "base_url": "https://pbx.example.com:8443/api"},
	"primevox": {"api_key": "key", "container_id": "123456", "base_url": "https://pbx.example.com:8443/api"},
}


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_is_refused_that_leads_somewhere_else_than_it_says(address):
	with pytest.raises(ConfigurationError) as refused:
		checked([URL], {"base_url": address})
	assert refused.value.setting == "base_url"


@pytest.mark.parametrize("address", ALLOWED)
def test_an_address_is_allowed_that_an_admin_may_mean(address):
	assert checked([URL], {"base_url": address})["base_url"] == address


def test_plain_http_is_allowed_where_the_admin_ticked_it():
	allow = Setting("allow_http", "Allow Plain HTTP", kind="check")
	assert (
		checked([URL, allow], {"base_url": "http://127.0.0.1", "allow_http": 1})["base_url"]
		== "http://127.0.0.1"
	)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_address_of_every_provider_is_checked_so(slug):
	for setting in registry.PROVIDERS[slug].settings:
		looks_like_one = setting.name.endswith(("url", "address", "host", "endpoint"))
		assert setting.kind == "url" or not looks_like_one, setting.name


@pytest.mark.parametrize("slug", sorted(ACCOUNTS))
def test_nothing_in_a_call_changes_where_its_request_goes(slug):
	provider = registry.build(slug, ACCOUNTS[slug])
	texts = st.text(max_size=12) | st.sampled_from(
		["1000", "@evil.example", "//evil.example", "../..", "?", "#"]
	)

	@settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
	@given(texts, st.dictionaries(texts, texts, max_size=3))
	def look(extension, data):
		try:
			request = provider.dial_request(DialRequest(extension, "+447700900123", data))
		except PbxError:
			return
		parts = urlsplit(request.url)
		assert (parts.scheme, parts.netloc) == ("https", "pbx.example.com:8443")
		assert parts.path.startswith("/api/") and ".." not in parts.path.split("/")

	look()


@pytest.mark.parametrize(
	"path", ["/nowhere", "/", "/etc/passwd", "/etc/shadow", "/dev/zero", "/dev/tty", "pipe"]
)
def test_a_ca_file_that_is_none_is_refused_at_once_and_nothing_of_it_is_told(path, tmp_path):
	if path == "pipe":
		path = str(tmp_path / path)
		os.mkfifo(path)
	began = time.monotonic()
	with pytest.raises(ConfigurationError) as refused:
		transport.send(HttpRequest("GET", "https://127.0.0.1:1/"), Connection(ca_file=path))
	assert time.monotonic() - began < 2
	assert refused.value.message == "The CA file cannot be read. Give the path of a PEM file on the server."
