"""Asterisk ends in the middle of a call and comes back: what is said of the call, and that calls go on."""

import time

import asterisk_lab
import pytest
from places import STATE

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.providers import registry


@pytest.fixture
def doomed(lab):
	"""An Asterisk of this test's own, and the provider of an account on it."""
	with asterisk_lab.running(STATE / "asterisk-doomed") as own:
		settings = {"base_url": own.url, "allow_http": "1", "ari_context": asterisk_lab.CONTEXT}
		settings |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
		yield own, registry.build("asterisk", settings)


def test_a_call_that_died_with_asterisk_is_over_and_no_more_is_claimed(doomed):
	own, provider = doomed
	dial = DialRequest("1003", "+447700900121", call="5f0c1a2b3d")
	assert exchange.place(provider, dial).status == "Requested"
	own.kill_asterisk()
	result = exchange.place(provider, DialRequest("1003", "+447700900121", call="5f0c1a2b3e"))
	assert (result.status, result.failure_code) == ("Failed", "not_sent")
	with pytest.raises(UnavailableError):
		exchange.inquire(provider, "5f0c1a2b3d", "Ringing")
	own.start_asterisk()
	said = {known: exchange.inquire(provider, "5f0c1a2b3d", known) for known in ("Ringing", "In Progress")}
	assert (said["Ringing"].status, said["Ringing"].failure_code) == ("Unknown", "no_end_event")
	# The customer had answered: what is not known is when it ended.
	assert (said["In Progress"].status, said["In Progress"].ended_at) == ("Completed", None)
	later = DialRequest("1003", "+447700900121", call="5f0c1a2b3f")
	assert exchange.place(provider, later).status == "Requested"
	ends_at = time.monotonic() + 10
	while not (found := exchange.inquire(provider, later.call, "Requested")) and time.monotonic() < ends_at:
		time.sleep(0.05)  # its phone does not ring yet
	assert found.status == "Ringing"
