"""A real Asterisk with SIPp phones (dev.d/asterisk_lab.py), and the provider's account on it. Nothing is mocked.

Extensions: 1000 answers, 1001 registers and answers, 1002 never registered, 1003 rings for ever, 1004 declines, 1005 is
busy, 1006 is gone, 1007 too and Asterisk knows, 1008 hangs up after two seconds. Customers act by their last digit in
the same way; 6 is a number nobody has, 7 a trunk out of order.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "dev.d"))

import asterisk_install  # noqa: E402
import asterisk_lab  # noqa: E402
from places import STATE  # noqa: E402


@pytest.fixture(scope="session")
def lab():
	"""The running Asterisk and its phones."""
	try:
		with asterisk_lab.running(STATE / "asterisk-tests") as started:
			yield started
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))
