"""How a request is signed: by nothing, a password, a key in a header or in the query, a bearer's token, a digest.

Digest needs a challenge. The question that gets it is asked at an address that cannot ring a phone, and the dial is
sent once with the answer. A dial that is refused for its credentials is refused: nothing here sends it again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b64encode
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from c2c_frappe.pbx.providers.generic_http.request import Credentials

NONE, BASIC, DIGEST, BEARER, HEADER, QUERY = KINDS = (
	"None",
	"Basic",
	"Digest",
	"Bearer",
	"Header",
	"Query",
)
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
# What an answer to a challenge may repeat of it without leaving its quotation marks.
_QUOTABLE = re.compile(r'[^"\\\x00-\x1f\x7f]*')


def credentials(kind: str, name: str, secret: str) -> Credentials:
	"""Return what signing in adds; `name` is the user's, the header's or the query key's. Not for Digest."""
	if kind == BASIC:
		encoded = b64encode(f"{name}:{secret}".encode()).decode()
		return Credentials({"Authorization": f"Basic {encoded}"}, secrets=(encoded,))
	if kind == BEARER:
		return Credentials({"Authorization": f"Bearer {secret}"})
	if kind == HEADER:
		return Credentials({name: secret})
	if kind == QUERY:
		return Credentials(query={name: secret})
	return Credentials()


def is_answerable(challenge: str) -> bool:
	"""Whether a header WWW-Authenticate asks for a digest of a kind that `digest` can give."""
	directives = _read_challenge(challenge)
	is_known = directives.get("algorithm") in _HASHES and "auth" in re.split(
		r"[\s,]+", directives.get("qop", "auth")
	)
	return (
		bool(directives.get("nonce"))
		and is_known
		and all(_QUOTABLE.fullmatch(value) for value in directives.values())
	)


def digest(challenge: str, user: str, password: str, method: str, url: str) -> Credentials:
	"""Return the answer to an answerable challenge (RFC 7616), for one request."""
	directives = _read_challenge(challenge)
	algorithm = directives["algorithm"]
	parts = urlsplit(url)
	target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
	response, extra = _response(directives, _HASHES[algorithm], user, password, method, target)
	fields = {
		"username": user,
		"realm": directives.get("realm", ""),
		"nonce": directives["nonce"],
		"uri": target,
	}
	fields |= {"response": response, **({"opaque": directives["opaque"]} if "opaque" in directives else {})}
	quoted = [f'{name}="{value}"' for name, value in fields.items()]
	header = ", ".join([*quoted, f"algorithm={algorithm}", *extra])
	return Credentials({"Authorization": f"Digest {header}"}, secrets=(response,))


def _response(
	directives: dict[str, str], kind: str, user: str, password: str, method: str, target: str
) -> tuple[str, list[str]]:
	def hashed(text: str) -> str:
		return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()

	secret_hash = hashed(f"{user}:{directives.get('realm', '')}:{password}")
	asked = hashed(f"{method}:{target}")
	if "qop" not in directives:
		return hashed(f"{secret_hash}:{directives['nonce']}:{asked}"), []
	ours = secrets.token_hex(8)
	whole = hashed(f"{secret_hash}:{directives['nonce']}:00000001:{ours}:auth:{asked}")
	return whole, ["qop=auth", "nc=00000001", f'cnonce="{ours}"']


def _read_challenge(header: str) -> dict[str, str]:
	# It may be one of several in the same header.
	digest_part = re.search(r"(?i)(?:^|,)\s*digest\s+(.*)", header)
	if not digest_part:
		return {}
	try:
		directives = {
			name.lower(): value for name, value in parse_keqv_list(parse_http_list(digest_part[1])).items()
		}
	except (ValueError, IndexError):
		return {}
	return {**directives, "algorithm": directives.get("algorithm", "MD5").upper()}
