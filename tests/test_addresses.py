"""Where an account whose address somebody typed may connect to: a table, and real sockets that stay untouched."""

import socket

import pytest

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.wire import addresses, transport
from c2c_frappe.pbx.wire.addresses import ANY, PRIVATE_TOO, PUBLIC
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

ANSWER = b"HTTP/1.1 204 None\r\n\r\n"
# Of machines in the open.
OPEN = (
	"1.1.1.1",
	"203.0.114.7",
	"2606:4700::1111",
	"2a00:1450:4001::200e",
	"64:ff9b::101:101",
	"2002:101:101::1",
)
# Of machines that only an on-premises PBX has a reason to be among.
INSIDE = (
	"127.0.0.1",
	"127.1.2.3",
	"::1",
	"10.0.0.1",
	"172.16.0.1",
	"172.31.255.255",
	"192.168.1.10",
	"100.64.0.1",
	"198.18.0.1",
	"fd00::1",
	"fc00::1",
	"fec0::1",
	"::ffff:10.0.0.1",
	"::ffff:127.0.0.1",
	"64:ff9b::10.0.0.1",
	"64:ff9b::7f00:1",
	"2002:7f00:1::",
	"2002:c0a8:101::1",
)
# Of no PBX anywhere.
NEVER = (
	"169.254.169.254",
	"169.254.0.1",
	"169.254.170.2",
	"fe80::1",
	"fe80::1%2",
	"fd00:ec2::254",
	"fd20:ce::254",
	"100.100.100.200",
	"168.63.129.16",
	"192.0.0.192",
	"0.0.0.0",  # noqa: S104  refused, not bound
	"0.1.2.3",
	"::",
	"224.0.0.1",
	"239.255.255.250",
	"ff02::1",
	"240.0.0.1",
	"255.255.255.255",
	"::ffff:169.254.169.254",
	"::ffff:0.0.0.0",
	"64:ff9b::a9fe:a9fe",
	"2002:a9fe:a9fe::1",
)


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_may_be_connected_to(address):
	assert all(addresses.may_connect(address, reach) for reach in (ANY, PUBLIC, PRIVATE_TOO))


@pytest.mark.parametrize("address", INSIDE)
def test_a_private_address_needs_the_tick(address):
	assert not addresses.may_connect(address, PUBLIC)
	assert addresses.may_connect(address, PRIVATE_TOO) and addresses.may_connect(address, ANY)


@pytest.mark.parametrize("address", NEVER)
def test_link_local_metadata_and_addresses_of_nobody_are_refused_with_the_tick_too(address):
	assert not addresses.may_connect(address, PUBLIC) and not addresses.may_connect(address, PRIVATE_TOO)
	assert addresses.may_connect(address, ANY)


# Every way to write the loopback address that a resolver understands.
@pytest.mark.parametrize(
	"host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"]
)
def test_a_host_that_leads_into_a_private_network_is_not_connected_to(serve_raw, host):
	server = serve_raw(ANSWER)
	request = HttpRequest("POST", f"http://{host}:{server.port}/call")
	with pytest.raises(ConfigurationError) as caught:
		transport.send(request, Connection(reach=PUBLIC))
	assert caught.value.setting == "allow_private"
	assert "Nothing was sent" in caught.value.message and "On-Premises PBX" in caught.value.message
	assert server.connections == 0
	assert transport.send(request, Connection(reach=PRIVATE_TOO)).status == 204
	assert transport.send(request, Connection()).status == 204


def test_the_tick_is_not_offered_where_no_pbx_can_be():
	with pytest.raises(ConfigurationError) as caught:
		transport.send(
			HttpRequest("GET", "http://169.254.169.254/latest/meta-data/"), Connection(reach=PUBLIC)
		)
	assert "not allowed for a PBX" in caught.value.message


def test_a_name_that_changes_its_address_is_judged_by_the_one_it_would_be_connected_to(
	serve_raw, monkeypatch
):
	server, lookups = serve_raw(ANSWER), []
	turns = ["127.0.0.1", "1.1.1.1"]

	def rebinding(host, port, **options):
		lookups.append(host)
		address = turns[min(len(lookups), len(turns)) - 1] if host == "pbx.example" else host
		return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

	monkeypatch.setattr(socket, "getaddrinfo", rebinding)
	with pytest.raises(ConfigurationError):
		transport.send(HttpRequest("GET", f"http://pbx.example:{server.port}/"), Connection(reach=PUBLIC))
	assert lookups == ["pbx.example"] and server.connections == 0


def test_of_several_addresses_only_those_in_reach_are_tried(serve_raw, monkeypatch):
	server = serve_raw(ANSWER)
	found = [
		(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))
		for address in ("169.254.169.254", "127.0.0.1")
	]
	monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
	request = HttpRequest("GET", f"http://pbx.example:{server.port}/")
	assert transport.send(request, Connection(reach=PRIVATE_TOO)).status == 204
	assert server.connections == 1
