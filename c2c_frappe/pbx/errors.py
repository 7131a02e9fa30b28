"""What can go wrong between here and a PBX, named for who can act. No message ever holds a secret."""


class PbxError(Exception):
	"""Base of all; `failure_code` is the code that PBX Call Log stores, the text is a sentence for people."""

	failure_code = ""

	def __init__(self, message: str):
		super().__init__(message)
		self.message = message


class ConfigurationError(PbxError):
	"""A setting is missing or unusable; the admin can correct it. Nothing was sent.

	`setting` is the PBX Account field the mistake is in, "" when it is in none.
	"""

	failure_code = "misconfigured"

	def __init__(self, message: str, setting: str = ""):
		super().__init__(message)
		self.setting = setting


class RefusedError(PbxError):
	"""The call is not to be placed, for this failure code and the reason the sentence gives. Nothing was sent."""

	def __init__(self, failure_code: str, message: str):
		super().__init__(message)
		self.failure_code = failure_code


class InvalidNumberError(PbxError):
	"""The text is not a phone number; the caller can correct it. Nothing was sent."""

	failure_code = "invalid_number"


class RejectedError(PbxError):
	"""The PBX answered and said no; read its reason."""

	failure_code = "pbx_rejected"


class UnavailableError(PbxError):
	"""No connection was made; wait and try again. Nothing was sent."""

	failure_code = "not_sent"


class OutcomeUnknownError(PbxError):
	"""Bytes were sent and no whole answer came: the phone may still ring. Never send again by yourself.

	`failure_code` is `timeout` when the deadline ended it, else `bad_reply`.
	"""

	failure_code = "bad_reply"

	def __init__(self, message: str, failure_code: str = "bad_reply"):
		super().__init__(message)
		self.failure_code = failure_code
