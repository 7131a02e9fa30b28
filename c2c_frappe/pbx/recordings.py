"""Fetches a part of a call's recording: from hosts of the account only, in pieces, within a deadline. Keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from c2c_frappe.pbx.errors import (
	ConfigurationError,
	OutcomeUnknownError,
	PbxError,
	RejectedError,
	UnavailableError,
)
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.pbx.providers.settings import is_ticked
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import addresses, transport
from c2c_frappe.pbx.wire.http import Connection, HttpRequest
from c2c_frappe.pbx.wire.transport import Download

# A player asks for piece after piece, so that no web worker waits while somebody listens.
PIECE = 2 << 20
# Without a range the whole is wanted, up to this.
WHOLE = 32 << 20
SECONDS = 15
HOPS = 3
_PORTS = {"http": 80, "https": 443}
_TYPES = {
	"mp3": "audio/mpeg",
	"mpeg": "audio/mpeg",
	"wav": "audio/wav",
	"x-wav": "audio/wav",
	"wave": "audio/wav",
	"ogg": "audio/ogg",
	"opus": "audio/ogg",
	"webm": "audio/webm",
	"mp4": "audio/mp4",
	"m4a": "audio/mp4",
	"aac": "audio/aac",
	"flac": "audio/flac",
}

# How servers send a file whose type they do not know.
_UNTOLD = {
	"",
	"application/force-download",
	"application/octet-stream",
	"application/ogg",
	"application/x-download",
	"binary/octet-stream",
}

Fetch = Callable[[HttpRequest, Connection, int, int], Download]


@dataclass(frozen=True)
class Span:
	"""Which bytes a player asks for: from `start` on, at most `most`; `is_whole` when it named no range."""

	start: int = 0
	most: int = WHOLE
	is_whole: bool = True


@dataclass(frozen=True)
class Clip:
	"""A piece of a recording from byte `start` on; `total` is the size of the whole, None when nobody says."""

	body: bytes
	content_type: str
	start: int
	total: int | None


def span(header: str | None) -> Span:
	"""Return what the header Range asks for, at most a piece; one that asks for anything unusual gets the whole."""
	asked = re.fullmatch(r"bytes=(\d{1,12})-(\d{0,12})", header or "", re.ASCII)
	if not asked:
		return Span()
	start, end = int(asked[1]), asked[2]
	most = int(end) - start + 1 if end else PIECE
	return Span(start, min(most, PIECE), is_whole=False) if most > 0 else Span()


def hosts(own: Iterable[str], lines: str | None) -> frozenset[tuple[str, int]]:
	"""Return the (host, port) pairs of addresses and of lines as an admin writes them, of https where no port is named.

	Raise ConfigurationError naming a line that is no host.
	"""
	named = {_listed(line) for line in (lines or "").split()}
	return frozenset({place for url in own if (place := _place(url))} | named)


def _listed(line: str) -> tuple[str, int]:
	place = _place(f"https://{line}") if re.fullmatch(r"[\w.:\[\]-]+", line) else None
	if place:
		return place
	raise ConfigurationError(
		_(
			"{0} is not a valid host. Enter one such as recordings.example.com or 192.0.2.7:8080 per line.",
			line,
		),
		"recording_hosts",
	)


def _place(url: str) -> tuple[str, int] | None:
	"""Return host and port of an address, None for what is none or carries a name or a password."""
	try:
		parts = urlsplit(url)
		port = parts.port or _PORTS.get(parts.scheme)
	except ValueError:
		return None
	is_plain = bool(parts.hostname) and parts.username is None and re.fullmatch(r"[\w.:%-]+", parts.hostname)
	return (parts.hostname, port) if is_plain and port else None


def fetch(
	provider: Provider,
	url: str,
	wanted: Span,
	allowed: frozenset[tuple[str, int]],
	download: Fetch = transport.download,
) -> Clip:
	"""Return the piece that is wanted; raise a PbxError, whose text names the host at most, when it can't be had."""
	try:
		return _fetch(provider, url, wanted, allowed, download)
	except OutcomeUnknownError:
		failure = UnavailableError(_("The PBX did not send the recording in time. Try again later."))
	except PbxError as error:
		failure = error
	# Out here, so that nothing the library raised, whose text may hold the address, is its context.
	raise failure


def _fetch(provider, url, wanted, allowed, download) -> Clip:
	connection = _connection(provider)
	for _hop in range(HOPS + 1):
		request = _request(provider, url, wanted, allowed)
		response = download(request, connection, wanted.start, wanted.most)
		if response.status not in (301, 302, 303, 307, 308):
			return _clip(response, url, wanted)
		url = urljoin(url, response.headers.get("location", ""))
	raise RejectedError(_("The PBX kept redirecting and never sent the recording."))


def _connection(provider: Provider) -> Connection:
	reach = addresses.PRIVATE_TOO if is_ticked(provider.values["allow_private"]) else addresses.PUBLIC
	if provider.connection.use_proxy:
		reach = addresses.ANY  # the proxy connects; its own address is often a private one
	connect = min(provider.connection.connect_timeout, SECONDS / 3)
	return replace(provider.connection, connect_timeout=connect, read_timeout=SECONDS - connect, reach=reach)


def _request(provider, url: str, wanted: Span, allowed: frozenset) -> HttpRequest:
	place = _place(provider.recording_link(url))
	if place not in allowed:
		host = place[0] if place else "\u2014"
		raise ConfigurationError(
			_(
				"The recording is at {0}, which is not a host of this account. A PBX Manager can add it.",
				host,
			),
			"recording_hosts",
		)
	request = provider.recording_request(url)
	if wanted.is_whole:
		return request
	asked = {"Range": f"bytes={wanted.start}-{wanted.start + wanted.most - 1}"}
	return replace(request, headers={**request.headers, **asked})


def _clip(response: Download, url: str, wanted: Span) -> Clip:
	if response.status in (404, 410):
		raise RejectedError(_("The PBX no longer has this recording."))
	if response.status == 416:
		raise RejectedError(_("The recording ends before the requested part."))
	if response.status not in (200, 206):
		raise RejectedError(_("The PBX refused the recording (HTTP {0}).", response.status))
	is_packed = response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
	kind = _kind(response.headers.get("content-type", ""), url)
	if is_packed or not kind:
		raise RejectedError(_("What the PBX sent is not a recording. Does its link require a login?"))
	total = _total(response)
	if wanted.is_whole and (total or len(response.body)) >= wanted.most:
		raise RejectedError(_("The recording is too long to be sent as a whole. Play it instead."))
	return Clip(response.body, kind, wanted.start, total)


def _kind(content_type: str, url: str) -> str:
	"""Return the type of audio, by what the PBX says, else by the address's end; "" for what is plainly none."""
	media_type = content_type.partition(";")[0].strip().lower()
	main, _slash, sub = media_type.partition("/")
	if main not in ("audio", "video") and media_type not in _UNTOLD:
		return ""
	ending = urlsplit(url).path.rpartition(".")[2].lower()
	return _TYPES.get(sub) or _TYPES.get(ending) or "audio/mpeg"


def _total(response: Download) -> int | None:
	if response.status == 206:
		total = re.search(r"/(\d{1,15})$", response.headers.get("content-range", ""), re.ASCII)
		return int(total[1]) if total else None
	length = response.headers.get("content-length", "")
	return int(length) if length.isdigit() else None
