"""A web address whose path and query may hold variables; its scheme, host and port cannot. Connects to nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from c2c_frappe.pbx.providers.generic_http.template import Place, Template, in_address, parse, refuse_blank
from c2c_frappe.pbx.providers.settings import Setting, checked_url
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import addresses

# Signs that stay as they are where the address's own text has them; a value keeps none of them.
_PATH_SIGNS = "/%:@!$&'()*+,;=~"
_QUERY_SIGNS = f"{_PATH_SIGNS}?"
_NO_PERCENT_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Address:
	"""`segments` are parts of the path: (whether it is left out while its variables are empty, template)."""

	place: Place
	origin: str
	segments: tuple[tuple[bool, Template], ...]
	query: Template

	@property
	def variables(self) -> frozenset[str]:
		"""Return the names of the variables in it."""
		return self.query.variables.union(*(part.variables for _is_optional, part in self.segments))

	def fill(self, values: Mapping[str, str]) -> str:
		"""Return the address; raise ConfigurationError when a value would lead elsewhere in the path."""
		path = "".join(
			part.fill(values, in_address, _in_path)
			for is_optional, part in self.segments
			if not (is_optional and part.is_left_out(values))
		)
		# A client that tidies up would take /calls/../users for /users.
		if any(segment in (".", "..") for segment in re.sub("(?i)%2e", ".", path).split("/")):
			raise self.place.wrong(_("{0} would have a path segment made only of dots.", self.place.label))
		query = self.query.fill(values, in_address, _in_query)
		return f"{self.origin}{path}{'?' if query else ''}{query}"


def read(text: str, place: Place, allows_http: bool, reach: str) -> Address:
	"""Return the address; raise ConfigurationError for one that cannot be asked, or whose host has a variable."""
	refuse_blank(text, place)
	origin, path, query = _split(text)
	if re.search(r"[{}]", origin):
		raise place.wrong(_("{0} may have variables only after the host.", place.label))
	if "#" in text or _NO_PERCENT_CODE.search(path + query):
		raise place.wrong(_("{0} has a # or % that is not allowed in an address.", place.label))
	origin = checked_url(Setting(place.setting, place.label), origin, allows_http)
	_refuse_host(urlsplit(origin).hostname or "", place, reach)
	address = Address(place, origin, _segments(path or "/", place), parse(query, place))
	address.fill(dict.fromkeys(address.variables, "x"))
	return address


def _split(text: str) -> tuple[str, str, str]:
	"""Return scheme and host, path, query: the host ends at the first slash or question mark."""
	parts = re.fullmatch(r"([^/?]*//[^/?]*)([^?]*)\??(.*)", text)
	return parts.groups() if parts else (text, "", "")


def _refuse_host(host: str, place: Place, reach: str) -> None:
	"""Say early, at the field, what the transport would say of an address in figures."""
	try:
		is_fine = addresses.may_connect(str(ip_address(host)), reach)
	except ValueError:
		return
	if not is_fine and reach == addresses.PUBLIC:
		raise place.wrong(
			_("{0} points to a private address. If your PBX is there, tick On-Premises PBX.", place.label)
		)
	if not is_fine:
		raise place.wrong(_("{0} points to an address that is not allowed for a PBX.", place.label))


def _segments(path: str, place: Place) -> tuple[tuple[bool, Template], ...]:
	"""Split a path at its square brackets: what stands in them is left out while its variables are empty."""
	pieces = re.split(r"\[([^\[\]]*)\]", path)
	if any(sign in piece for piece in pieces for sign in "[]"):
		raise place.wrong(_("{0} has an unmatched square bracket.", place.label))
	return tuple((bool(n % 2), parse(piece, place)) for n, piece in enumerate(pieces) if piece)


def _in_path(text: str) -> str:
	return quote(text, safe=_PATH_SIGNS)


def _in_query(text: str) -> str:
	return quote(text, safe=_QUERY_SIGNS)
