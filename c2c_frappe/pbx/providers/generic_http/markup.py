"""What a browser would run if a stored text were shown as HTML. Cleans nothing: who stores it refuses it."""

from __future__ import annotations

import re

# Elements a browser knows by these names; those of TwiML and other PBXs (Response, Dial, Number, Say) are none of them.
_KNOWN = (
	"a|abbr|address|animate|applet|area|article|audio|b|base|bdo|big|blink|blockquote|body|br|button|canvas|caption|center"
	"|col|details|dialog|div|dl|embed|fieldset|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|image"
	"|img|input|isindex|keygen|label|li|link|listing|main|map|marquee|math|menu|meta|nav|noembed|noframes|noscript|object"
	"|ol|option|p|picture|plaintext|pre|s|script|section|select|set|slot|small|source|span|strong|style|svg|table|tbody|td"
	"|template|textarea|th|title|tr|track|u|ul|use|video|wbr|xmp|xss"
)
_ELEMENT = re.compile(rf"</?(?:{_KNOWN})(?![\w-])", re.IGNORECASE)
_ATTRIBUTE = re.compile(
	r"""<[^>]*[\s/"'](?:on\w+|style|href|src|srcdoc|xlink:href|formaction|action)\s*=""", re.IGNORECASE
)
_OTHER = re.compile(r"<[!?]|javascript:", re.IGNORECASE)


def is_active(text: str) -> bool:
	"""Return whether a browser would do more with this text than show it: known elements, handlers, comments."""
	return any(pattern.search(text) for pattern in (_ELEMENT, _ATTRIBUTE, _OTHER))
