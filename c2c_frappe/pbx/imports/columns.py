"""What the columns of a file of call records mean: the meanings there are, and a guess by the headings. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from c2c_frappe.pbx.text import _

# meaning -> how people call it, which is what PBX Call Import Column stores. The order is that of the choice.
MEANINGS = {
	"record_id": _("Call ID"),
	"started_at": _("Start"),
	"answered_at": _("Answered"),
	"ended_at": _("End"),
	"duration": _("Talk time"),
	"direction": _("Direction"),
	"extension": _("Extension"),
	"number": _("Customer's number"),
	"caller": _("Caller"),
	"called": _("Called"),
	"result": _("Result"),
	"recording": _("Recording"),
}

BY_LABEL = {str(label): meaning for meaning, label in MEANINGS.items()}

# Headings of PBXs, as `_plain` writes them, in English, German, Spanish and French; the first that fits wins.
_HEADINGS = {
	"record_id": (
		"callid", "calluuid", "uniqueid", "uuid", "cdrid", "recordid", "id", "anrufid", "idllamada", "idappel",
	),
	"started_at": (
		"callstart", "starttime", "start", "startedat", "calldate", "datetime", "date", "time", "timestamp",
		"beginn", "startzeit", "datum", "inicio", "fecha", "debut",
	),
	"answered_at": ("answertime", "answeredat", "answer", "angenommen", "respuesta", "reponse"),
	"ended_at": ("callend", "endtime", "end", "endedat", "hanguptime", "ende", "fin"),
	"duration": (
		"billduration", "billsec", "talktime", "talkduration", "conversation", "duration", "gesprachsdauer",
		"dauer", "duracion", "duree",
	),
	"direction": ("direction", "calldirection", "calltype", "type", "richtung", "direccion", "sens"),
	"extension": (
		"agentpbxextension", "extension", "exten", "ext", "agentextension", "agent", "nebenstelle", "durchwahl",
		"poste",
	),
	"number": (
		"number", "phonenumber", "customernumber", "customer", "externalnumber", "remotenumber", "nummer",
		"rufnummer", "numero", "telefono",
	),
	"caller": ("callerid", "caller", "calleridnum", "source", "src", "from", "clid", "anrufer", "origen", "appelant"),
	"called": ("destination", "called", "callee", "numdialed", "dst", "to", "dialed", "ziel", "destino", "appele"),
	"result": (
		"hangupcause", "disposition", "result", "status", "callstatus", "lastevent", "outcome", "ergebnis",
		"estado", "resultado", "resultat", "statut",
	),
	"recording": ("recordinglink", "recordingurl", "recording", "recordingfile", "aufnahme", "grabacion"),
}  # fmt: skip


def guess(headings: Sequence[str]) -> list[str]:
	"""Return the meaning of each column by its heading, "" where none fits; no meaning stands twice."""
	plain = [_plain(heading) for heading in headings]
	found = [""] * len(plain)
	for meaning, names in _HEADINGS.items():
		free = [at for at, heading in enumerate(plain) if heading in names and not found[at]]
		if free:
			found[min(free, key=lambda at: names.index(plain[at]))] = meaning
	return found


def missing(meanings: Sequence[str]) -> str:
	"""Return a sentence that says what the columns lack or have twice, "" when calls can be read from them."""
	chosen = [meaning for meaning in meanings if meaning]
	repeated = next((meaning for meaning in chosen if chosen.count(meaning) > 1), "")
	if repeated:
		return _("Two columns mean {0}. Choose one.", MEANINGS[repeated])
	if "started_at" not in chosen:
		return _("No column says when a call started. Choose one.")
	if not {"number", "caller", "called"} & set(chosen):
		return _("No column has the numbers. Choose one for the customer's number, or for caller and called.")
	return ""


def _plain(heading: str) -> str:
	"""Return letters and digits alone, small and without accents."""
	bare = unicodedata.normalize("NFKD", str(heading or "").replace("ß", "ss"))
	return re.sub(r"[^a-z0-9]", "", bare.lower())
