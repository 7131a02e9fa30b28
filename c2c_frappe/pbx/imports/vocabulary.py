"""What a cell's words mean, as data: directions, results, and words for nothing. Knows no columns and reads no cell.

English, German, Spanish and French, and the spellings of vendors; written as `plain` writes them.
"""

from __future__ import annotations

import re
import unicodedata

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.values import WITHHELD

INCOMING, OUTGOING, INTERNAL = "Incoming", "Outgoing", "Internal"

# A direction, and the result that some PBXs write in the same column.
_DIRECTIONS = {
	(INCOMING, ""): """
		in i inbound incoming incomingcall received 1
		eingehend ankommend kommend eingang
		entrante recibida llamadaentrante
		entrant recu appelentrant""",
	(OUTGOING, ""): """
		out o outbound outgoing outgoingcall placed dialed dialed outboundapi outbounddial clicktocall click2call 2
		ausgehend abgehend gehend ausgang
		saliente realizada llamadasaliente
		sortant emis appelsortant""",
	(INTERNAL, ""): """
		internal local internalcall 3
		intern
		interna interno
		interne""",
	(INCOMING, status.NO_ANSWER): """
		missed missedcall voicemail
		verpasst entgangen inabwesenheit
		perdida llamadaperdida
		manque manquee appelmanque""",
}

# "normalclearing" and its kin tell only that a call ended as calls do: whether anybody spoke its talk time shows.
ENDED = "ended"
_RESULTS = {
	status.COMPLETED: """
		answered answer completed complete connected callconnected callcompleted callanswered ok success successful
		succeeded spoke talked bothanswered customeranswered answeredbyagent
		angenommen beantwortet verbunden erfolgreich gesprochen entgegengenommen
		contestada contestado atendida atendido completada completado conectada conectado respondida exitosa
		repondu repondue abouti aboutie decroche decrochee connecte connectee termine terminee""",
	status.NO_ANSWER: """
		noanswer notanswered unanswered missed missedcall abandoned abandon abandonedinqueue timeout noresponse
		nouserresponse noanswerfromuser ringtimeout voicemail wenttovoicemail leftvoicemail voicemailleft
		answeredbyvoicemail subscriberabsent allottedtimeout
		verpasst entgangen nichtangenommen unbeantwortet nichtbeantwortet keineantwort nichterreicht mailbox
		anrufbeantworter voicebox
		nocontestada nocontestado nocontesta nocontesto perdida perdido sinrespuesta noatendida noatendido noresponde
		abandonada abandonado buzondevoz buzon
		manque manquee nonrepondu nonrepondue sansreponse pasdereponse nonabouti abandonne abandonnee messagerie
		messagerievocale repondeur""",
	status.BUSY: """
		busy userbusy linebusy busyline engaged
		besetzt
		ocupado ocupada comunicando
		occupe occupee ligneoccupee""",
	status.CANCELED: """
		cancel canceled cancelled originatorcancel cancelledbycaller canceledbycaller loserace
		abgebrochen storniert
		cancelada cancelado
		annule annulee""",
	status.FAILED: """
		failed fail failure callfailed congestion chanunavail error rejected callrejected declined blocked
		unallocatednumber invalidnumberformat invalidnumber numberchanged destinationoutoforder
		normaltemporaryfailure recoveryontimerexpire networkoutoforder incompatibledestination
		mediatimeout servicenotavailable serviceunavailable notfound unreachable usernotregistered gatewaydown
		fehlgeschlagen abgelehnt abgewiesen nichterreichbar fehler gescheitert blockiert
		fallida fallido rechazada rechazado error inalcanzable bloqueada
		echec echoue echouee rejete rejetee refuse refusee injoignable""",
	ENDED: "normalclearing hangup ended callended normal normalunspecified beendet finalizada finalizado fini raccroche",
}
# Causes of ITU-T Q.850, as FreeSWITCH and Asterisk write them too.
_CAUSES = {
	status.BUSY: "17",
	status.NO_ANSWER: "18 19 20",
	status.FAILED: "1 2 3 21 22 27 28 34 38 41 42 44 50 55 58 63 88 102 127",
	ENDED: "16 31",
}
# What stands where a caller keeps the number back, or nothing is known.
_NOBODY = f"""
	{WITHHELD}
	unbekannt anonym unterdruckt privat
	desconocido anonimo privado oculto
	inconnu anonyme prive masque"""


def plain(text: object) -> str:
	"""Return letters and digits alone, small and without accents."""
	bare = unicodedata.normalize("NFKD", str(text or "").replace("ß", "ss"))
	return re.sub(r"[^a-z0-9]", "", bare.lower())


def _by_word(table: dict) -> dict:
	return {word: meaning for meaning, words in table.items() for word in words.split()}


DIRECTIONS = _by_word(_DIRECTIONS)
RESULTS = {**_by_word(_RESULTS), **_by_word(_CAUSES)}
NOBODY = frozenset(_NOBODY.split())
