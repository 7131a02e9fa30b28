"""The recordings of the simulated PBX: a tone as long as the talk was, whole or in ranges. Keeps nothing."""

from __future__ import annotations

import io
import math
import re
import wave

from c2c_frappe.pbx.simulator.calls import Call
from c2c_frappe.pbx.simulator.values import Answer

FOLDER = "/recordings/"
RATE = 8000
MAX_SECONDS = 120
NOT_FOUND = Answer(404, b"No such recording", "text/plain")


def path_of(call: Call) -> str:
	"""Return where a call's recording is, "" for a call nobody talked in."""
	return f"{FOLDER}{call.unique_id}.wav" if call.answered_at and call.ended_at else ""


def answer(call: Call | None, asked_range: str) -> Answer:
	"""Return the recording of a call, or the range of it that was asked for."""
	if not call or not path_of(call):
		return NOT_FOUND
	whole = _tone(call.ended_at - call.answered_at)
	asked = re.fullmatch(r"bytes=(\d+)-(\d*)", asked_range)
	if not asked:
		return Answer(200, whole, "audio/wav", {"Accept-Ranges": "bytes"})
	start, end = int(asked[1]), min(int(asked[2] or len(whole)), len(whole) - 1)
	if start >= len(whole):
		return Answer(416, b"", "text/plain")
	headers = {"Content-Range": f"bytes {start}-{end}/{len(whole)}"}
	return Answer(206, whole[start : end + 1], "audio/wav", headers)


def _tone(seconds: float) -> bytes:
	count = int(RATE * min(max(seconds, 1), MAX_SECONDS))
	one_second = bytes(128 + round(60 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE))
	file = io.BytesIO()
	with wave.open(file, "wb") as tone:
		tone.setnchannels(1)
		tone.setsampwidth(1)
		tone.setframerate(RATE)
		tone.writeframes((one_second * (count // RATE + 1))[:count])
	return file.getvalue()
