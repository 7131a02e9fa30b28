"""The lab itself: what the other tests take for granted about the phones they ring."""

import json
import urllib.request

import asterisk_lab
import pytest


def state_of(lab, extension):
	"""Ask ARI, past all code under test, how a phone stands."""
	url = f"{lab.url}/ari/endpoints/PJSIP/{extension}"
	request = urllib.request.Request(url, headers=asterisk_lab.basic_authorization())
	with urllib.request.urlopen(request, timeout=10) as answer:
		return json.load(answer)["state"]


@pytest.mark.parametrize(
	("extension", "state"), [("1000", "online"), ("1001", "online"), ("1002", "offline")]
)
def test_one_phone_is_always_there_one_signed_in_and_one_never_did(lab, extension, state):
	assert state_of(lab, extension) == state
