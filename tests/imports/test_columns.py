"""What the columns of a file mean by their headings, and which files are known by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.imports import columns
from c2c_frappe.pbx.imports.columns import MEANINGS, guess, missing
from c2c_frappe.pbx.imports.dialects import FRITZBOX, USUAL, dialect_of

COLUMN = "c2c_frappe/click_to_call/doctype/pbx_call_import_column/pbx_call_import_column.json"


@pytest.mark.parametrize(
	("headings", "expected"),
	[
		(
			["Call Start", "Caller ID", "Destination", "Bill Duration", "Hangup Cause", "UniqueID"],
			["started_at", "caller", "called", "duration", "result", "record_id"],
		),
		(
			["calldate", "src", "dst", "duration", "billsec", "disposition", "uniqueid"],
			["started_at", "caller", "called", "", "duration", "result", "record_id"],
		),
		(
			["calldate", "channel", "dstchannel", "did"],
			["started_at", "caller_channel", "called_channel", "own_number"],
		),
		(["Datum", "Nebenstelle", "Rufnummer", "Dauer"], ["started_at", "extension", "number", "duration"]),
		(["Début", "Numéro", "Durée"], ["started_at", "number", "duration"]),
		(["Date", "Time", "From", "To"], ["start_date", "start_time", "caller", "called"]),
		(["Date", "Start Time", "End Time"], ["start_date", "start_time", "ended_at"]),
		(["Datum", "Uhrzeit", "Nummer"], ["start_date", "start_time", "number"]),
		(["Fecha", "Hora", "Número"], ["start_date", "start_time", "number"]),
		(["Date", "Heure", "Numéro"], ["start_date", "start_time", "number"]),
		(
			[
				"Call Start",
				"Connected Time",
				"Ring Time",
				"Caller",
				"Call Direction",
				"Called Number",
				"Call ID",
			],
			["started_at", "duration", "", "caller", "direction", "called", "record_id"],
		),
		(["colour", "", "weather"], ["", "", ""]),
		(["Start", "Start"], ["started_at", ""]),
		([], []),
	],
)
def test_headings_of_many_pbxs_are_understood(headings, expected):
	assert guess(headings) == expected


@given(st.lists(st.text(max_size=12) | st.sampled_from(["Date", "Time", "Start", "Number"]), max_size=8))
def test_no_meaning_is_guessed_twice(headings):
	found = [meaning for meaning in guess(headings) if meaning]
	assert len(guess(headings)) == len(headings) and len(set(found)) == len(found)


def test_columns_that_are_needed_are_asked_for():
	assert "started" in missing(["number"])
	assert "started" in missing(["start_time", "number"])
	assert "numbers" in missing(["started_at", "extension"])
	assert "Two columns mean Start" in missing(["started_at", "started_at", "number"])
	assert missing(["", "started_at", "caller"]) == missing(["start_date", "start_time", "called"]) == ""


def test_the_choice_offers_every_meaning():
	fields = json.loads((Path(__file__).parents[2] / COLUMN).read_text())["fields"]
	[field] = [field for field in fields if field["fieldname"] == "meaning"]
	assert field["options"].split("\n") == ["", *MEANINGS.values()]
	assert set(columns.BY_LABEL.values()) == set(MEANINGS)


@pytest.mark.parametrize(
	("headings", "dialect"),
	[
		("Typ;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer", FRITZBOX),
		("Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer", FRITZBOX),
		("Type;Date;Name;Number;Extension;Outgoing Caller ID;Duration", FRITZBOX),
		("Typ;Datum;Rufnummer;Dauer", USUAL),
		("Type;Date;Number;Extension;Duration", USUAL),
	],
)
def test_a_fritzbox_is_known_by_all_its_headings(headings, dialect):
	assert dialect_of(headings.split(";")) is dialect
