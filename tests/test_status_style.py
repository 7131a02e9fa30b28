"""How statuses look: every status has a look, and lists and browser get it from one table."""

import json
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import status, status_style

PACKAGE = Path(__file__).resolve().parent.parent / "c2c_frappe"
LOG = json.loads((PACKAGE / "click_to_call/doctype/pbx_call_log/pbx_call_log.json").read_text())
# The pills the stylesheet and Frappe's own know.
COLORS = {"gray", "blue", "green", "orange", "red"}


def test_every_status_has_one_look_in_a_color_there_is():
	assert list(status_style.STYLES) == list(status.ALL)
	for look in status_style.STYLES.values():
		assert {look.color, look.in_lists.lower()} <= COLORS


def test_the_states_of_the_log_are_the_colors_of_the_table():
	"""Frappe reads the colors of a list from the DocType, which is JSON."""
	states = {state["title"]: state["color"] for state in LOG["states"]}
	assert states == {each: look.in_lists for each, look in status_style.STYLES.items()}


@pytest.mark.parametrize("each", status.ALL)
def test_a_status_that_is_over_is_neither_under_way_nor_waited_for(each):
	look = status_style.for_browser()[each]
	assert look.get("is_final", False) == (each in status.FINAL)
	if each in status.FINAL:
		assert not look.get("is_under_way") and not look.get("is_waiting")


def test_what_needs_a_reader_stays_until_it_is_read():
	"""Where nobody knows whether a phone rings, and a failure; a PBX that never confirms a call stays on the log alone."""
	kept = {each for each, look in status_style.STYLES.items() if look.is_kept}
	assert kept == {status.UNKNOWN, status.FAILED}


def test_before_the_pbx_has_spoken_no_phone_is_said_to_ring():
	"""Promise 3: nothing claims that a phone rings while the request is on its way."""
	assert not status_style.STYLES[status.DIALING].is_waiting


def test_the_table_is_small_enough_for_every_boot():
	assert len(json.dumps(status_style.for_browser(), separators=(",", ":"))) < 700
