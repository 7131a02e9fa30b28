"""What a row says of a call's direction and result, in the words of people and vendors; and what it does not say."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.imports.rows import DAY_FIRST, BrokenRowError, Reading, read
from c2c_frappe.pbx.imports.vocabulary import DIRECTIONS, NOBODY, RESULTS, plain

WORDS = {
	status.COMPLETED: (
		"ANSWERED", "Angenommen", "Contestada", "Call connected", "Répondu", "Completed", "Atendida", "Connecté",
	),
	status.NO_ANSWER: (
		"NO ANSWER", "No-Answer", "Verpasst", "Perdida", "Manqué", "VOICEMAIL", "NO_USER_RESPONSE", "No contestada",
		"Nicht angenommen", "Sin respuesta", "Sans réponse", "NO_ANSWER", "Missed call", "19",
	),
	status.BUSY: ("Busy", "USER_BUSY", "Besetzt", "Ocupado", "Occupé", "17"),
	status.CANCELED: ("CANCEL", "Cancelled", "ORIGINATOR_CANCEL", "Abgebrochen", "Cancelada", "Annulé"),
	status.FAILED: ("CONGESTION", "CALL_REJECTED", "Fehlgeschlagen", "Fallida", "Échoué", "Rejected", "21"),
}  # fmt: skip


@pytest.mark.parametrize(
	("word", "expected"), [(word, name) for name, words in WORDS.items() for word in words]
)
def test_a_result_is_read_in_four_languages_and_vendors_words(record, word, expected):
	found = record(result=word)
	assert (found.event.status, found.notes) == (expected, ())


@pytest.mark.parametrize(
	("cells", "expected"),
	[
		({"result": "16", "duration": "60"}, status.COMPLETED),
		({"result": "NORMAL_CLEARING", "duration": "60"}, status.COMPLETED),
		({"result": "NORMAL_CLEARING", "duration": "0"}, ""),
		({"duration": "60"}, status.COMPLETED),
		({"duration": "0"}, ""),
		({}, ""),
	],
)
def test_the_talk_time_decides_where_no_word_does(record, cells, expected):
	found = record(**cells)
	assert (found.event.status, found.notes) == (expected, ())


@pytest.mark.parametrize("result", ["NO ANSWER", "Verpasst", "Busy", "CANCEL", "FAILED", "Voicemail"])
def test_a_call_nobody_answered_has_no_talk_time(row, result):
	"""What a column counts of it is the ringing."""
	event = row(result=result, duration="25", answered_at="2026-11-23 12:00:05")
	assert (event.duration, event.answered_at) == (0, None)


@pytest.mark.parametrize(
	("cells", "note"),
	[
		({"result": "Gibberish", "duration": "60"}, "Result is not understood and was left out: Gibberish"),
		({"duration": "long"}, "Talk time is not understood and was left out: long"),
		({"answered_at": "soon"}, "Answered is not understood and was left out: soon"),
		({"ended_at": "later"}, "End is not understood and was left out: later"),
		({"extension": "ISDN Gerät"}, "Extension is not understood and was left out: ISDN Gerät"),
		({"recording": "call-7.wav"}, "Recording is not understood and was left out: call-7.wav"),
	],
)
def test_what_is_not_understood_is_told_and_the_call_is_kept(record, cells, note):
	found = record(**cells)
	assert [str(each) for each in found.notes] == [note]
	assert found.event.number == "+447700900123" and found.event.status == ""


def test_what_is_not_set_is_not_complained_of(record):
	assert record(answered_at="0000-00-00 00:00:00", ended_at="-", duration="null", result="-").notes == ()


@pytest.mark.parametrize(
	("word", "expected"),
	[
		("I", ("Incoming", "")),
		("O", ("Outgoing", "")),
		("Eingehend", ("Incoming", "")),
		("Saliente", ("Outgoing", "")),
		("Entrant", ("Incoming", "")),
		("Reçu", ("Incoming", "")),
		("Verpasst", ("Incoming", status.NO_ANSWER)),
		("Missed", ("Incoming", status.NO_ANSWER)),
	],
)
def test_a_direction_is_read_in_four_languages(row, word, expected):
	event = row(direction=word, caller="07700900123", called="02079460018")
	assert (event.direction, event.status) == expected


@pytest.mark.parametrize("word", ["sideways", "4", "Voice"])
def test_a_direction_nobody_knows_breaks_the_row_and_is_shown(row, word):
	"""A 4 is outgoing on a FRITZ!Box and nothing elsewhere."""
	with pytest.raises(BrokenRowError, match=word):
		row(direction=word)


def test_words_are_written_as_they_are_looked_up():
	words = [*DIRECTIONS, *RESULTS, *NOBODY]
	assert words == [plain(word) for word in words]


CELLS = (
	st.none()
	| st.text(max_size=20)
	| st.integers()
	| st.floats()
	| st.datetimes()
	| st.dates()
	| st.timedeltas()
	| st.times()
	| st.booleans()
)
MEANT = (
	"started_at", "caller", "called", "duration", "result", "direction", "extension", "number", "record_id", "ended_at",
)  # fmt: skip


@given(st.lists(CELLS, max_size=10))
def test_any_row_is_a_record_or_a_reason(cells):
	_is_record_or_reason(cells)


@given(st.lists(CELLS, min_size=9, max_size=9))
def test_any_cells_after_a_start_are_a_record_or_a_reason(cells):
	_is_record_or_reason([datetime(2026, 11, 23, 12), *cells])


def _is_record_or_reason(cells):
	try:
		found = read(cells, Reading(MEANT, "UTC", DAY_FIRST, ("GB",), lambda url: str(url or "")))
	except PbxError as error:
		assert error.message
	else:
		assert found.record_id and found.event.started_at and json.dumps(found.row)


def test_a_call_without_result_and_end_ended_as_long_after_its_start(record):
	"""It did not end when its file was read."""
	found = record(result="Gibberish", duration="75").event
	assert (found.ended_at - found.started_at).total_seconds() == 75
	assert record(result="ANSWERED", duration="75").event.ended_at is None
