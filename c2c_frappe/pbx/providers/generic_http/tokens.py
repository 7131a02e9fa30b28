"""The one token some PBXs want before a dial: asks for it, reads it, keeps it until shortly before it expires.

A token is a secret. It is kept where the shell says (`Provider.token_cache`); without that it lives as long as the
provider. A dial refused for its token is not sent again: the token is dropped, and the next call asks for another.
"""

from __future__ import annotations

from dataclasses import dataclass

from c2c_frappe.pbx.providers.generic_http.places import find
from c2c_frappe.pbx.providers.generic_http.request import Shape
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpResponse

# A PBX that does not say how long its token lives is asked again for each call.
UNSTATED = 0
# Taken off what is left, for the time the dial takes and for clocks that differ.
MARGIN = 15
LONGEST = 24 * 3600


@dataclass(frozen=True)
class Source:
	"""Where a token comes from: the request for it, and the paths to it and to its seconds of life."""

	shape: Shape
	place: str
	expiry_place: str

	def read(self, response: HttpResponse) -> tuple[str, int]:
		"""Return (token, seconds it may be kept), ("", 0) when the answer holds none."""
		body = responses.json_value(response) if 200 <= response.status < 300 else None
		token = find(body, self.place)
		if not isinstance(token, str) or not token.isascii() or not token.isprintable():
			return "", 0
		return token.strip(), _seconds(find(body, self.expiry_place))


def _seconds(value: object) -> int:
	try:
		left = int(float(value)) - MARGIN
	except (TypeError, ValueError, OverflowError):
		return UNSTATED
	return max(0, min(left, LONGEST))
