"""What the columns of a file of call records mean: the meanings there are, and a guess by the headings. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from c2c_frappe.pbx.imports.vocabulary import plain
from c2c_frappe.pbx.text import _

# meaning -> how people call it, which is what PBX Call Import Column stores. The order is that of the choice.
MEANINGS = {
	"record_id": _("Call ID"),
	"started_at": _("Start"),
	"start_date": _("Start date"),
	"start_time": _("Start time"),
	"answered_at": _("Answered"),
	"ended_at": _("End"),
	"duration": _("Talk time"),
	"direction": _("Direction"),
	"extension": _("Extension"),
	"number": _("Customer's number"),
	"caller": _("Caller"),
	"called": _("Called"),
	"caller_channel": _("Caller's channel"),
	"called_channel": _("Called channel"),
	"own_number": _("Own number"),
	"result": _("Result"),
	"recording": _("Recording"),
}

BY_LABEL = {str(label): meaning for meaning, label in MEANINGS.items()}

# Headings of PBXs, as `plain` writes them, in English, German, Spanish and French; the first that fits wins.
_HEADINGS = {
	"record_id": """callid calluuid uniqueid uuid cdrid recordid id anrufid idllamada idappel""",
	"started_at": """
		callstart starttime start startedat calldate datetime dateandtime date time timestamp
		beginn startzeit datum datumuhrzeit inicio fecha fechahora fechayhora debut dateheure dateetheure""",
	"answered_at": "answertime answeredat answer angenommen respuesta reponse",
	"ended_at": "callend endtime end endedat hanguptime ende endzeit fin horafin heurefin",
	"duration": """
		billduration billsec talktime talkduration conversation connectedtime duration
		gesprachsdauer gesprachszeit dauer duraciondellamada duracion tiempohablado dureedappel duree""",
	"direction": "direction calldirection calltype type inout richtung anruftyp typ direccion tipo sens typedappel",
	"extension": """
		agentpbxextension extension exten ext agentextension agent nebenstelle durchwahl anexo interno poste""",
	"number": """
		number phonenumber customernumber customer externalnumber remotenumber
		nummer rufnummer telefonnummer numero telefono numerodetelephone telephone""",
	"caller": """
		callerid caller calleridnum callernumber callingnumber callingparty source src from clid
		anrufer von origen llamante appelant""",
	"called": """
		destination called callee callednumber calledparty numdialed dst to dialed
		ziel angerufener nach destino llamado appele""",
	"caller_channel": "channel",
	"called_channel": "dstchannel destinationchannel",
	"own_number": "did didnumber ownnumber outgoingcallerid localnumber eigenerufnummer numeropropio",
	"result": """
		hangupcause disposition result status callstatus lastevent outcome
		ergebnis anrufstatus estado resultado resultat statut""",
	"recording": "recordinglink recordingurl recording recordingfile aufnahme grabacion enregistrement",
}
# Two columns that hold one start, a day and a time of day.
_DATES = "startdate calldate date datum startdatum fecha fechainicio dateappel".split()
_TIMES_OF_DAY = """
	starttime calltime timeofday time callstart start startzeit uhrzeit zeit beginn horainicio hora inicio
	heuredebut heure debut""".split()


def guess(headings: Sequence[str]) -> list[str]:
	"""Return the meaning of each column by its heading, "" where none fits; no meaning stands twice."""
	written = [plain(heading) for heading in headings]
	meanings = [""] * len(written)
	day, time = _first(_DATES, written), _first(_TIMES_OF_DAY, written)
	if day is not None and time is not None:
		meanings[day], meanings[time] = "start_date", "start_time"
	for meaning, names in _HEADINGS.items():
		if meaning == "started_at" and "start_date" in meanings:
			continue
		at = _first(
			names.split(), ["" if meant else each for each, meant in zip(written, meanings, strict=True)]
		)
		if at is not None:
			meanings[at] = meaning
	return meanings


def _first(names: Sequence[str], headings: Sequence[str]) -> int | None:
	"""Return where the heading stands that comes first among these names, None when none does."""
	return next((headings.index(name) for name in names if name in headings), None)


def missing(meanings: Sequence[str]) -> str:
	"""Return a sentence that says what the columns lack or have twice, "" when calls can be read from them."""
	chosen = [meaning for meaning in meanings if meaning]
	repeated = next((meaning for meaning in chosen if chosen.count(meaning) > 1), "")
	if repeated:
		return _("Two columns mean {0}. Choose one.", MEANINGS[repeated])
	if not {"started_at", "start_date"} & set(chosen):
		return _("No column says when a call started. Choose one.")
	if not {"number", "caller", "called"} & set(chosen):
		return _("No column has the numbers. Choose one for the customer's number, or for caller and called.")
	return ""
