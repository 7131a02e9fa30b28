"""The use case "we ask the PBX": fetch the call records that are due, page by page, and hand them to events.py.

How far an account was read is committed only after all of it was applied, so a crash means asking again, and
what was heard before changes nothing. What to ask and what a record means is decided in `pbx/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import frappe
from frappe import _

from c2c_frappe import messages
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import search
from c2c_frappe.events import call_phones, intake
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import records
from c2c_frappe.pbx.calls.records import CallRecord, Page, Window
from c2c_frappe.pbx.errors import ConfigurationError, PbxError, RejectedError
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.site_time import utc_now

DOCTYPE = "PBX Account"
# A call without an end is asked for this long; then the PBX will not tell any more.
OPEN_CALL_TIMEOUT = timedelta(days=1)
# More than these in one window is a PBX that goes on for ever.
MAX_PAGES = 1000
JOB_SECONDS = 30 * 60

Tell = Callable[[float], None]


@dataclass
class Tally:
	"""What came of a run: records read, how many said something new, and rows from which no call could be read.

	`without_phone` are the new ones of calls that came in at a phone nobody named.
	"""

	read: int = 0
	new: int = 0
	without_phone: list[CallRecord] = field(default_factory=list)
	unread: int = 0
	unread_fields: tuple[str, ...] = ()

	def add_page(self, page: Page) -> None:
		"""Count the rows of a page that could not be read, and keep what the first of them is made of."""
		self.unread += page.unread
		self.unread_fields = self.unread_fields or page.unread_fields

	def complaint(self) -> str:
		"""Return what a manager is to know of the rows that could not be read, "" when there were none."""
		if not self.unread:
			return ""
		return _(
			"{0} call records could not be read, or have no number or extension. Check the account's address. Fields received: {1}."
		).format(self.unread, ", ".join(self.unread_fields)[:200] or "-")


def schedule() -> None:
	"""Enqueue a run for every account whose records are due."""
	for row in frappe.get_all(DOCTYPE, {"enabled": 1}, ["name", "records_until"]):
		if not providers.has_call_records(frappe.get_doc(DOCTYPE, row.name)):
			continue
		is_open = bool(search.open_starts(row.name, _now() - OPEN_CALL_TIMEOUT))
		if records.is_due(row.records_until, _now(), is_open):
			_enqueue(row.name)


def request(account: str) -> None:
	"""Enqueue a run for the present user, who is told of its progress and result."""
	if not providers.has_call_records(frappe.get_doc(DOCTYPE, account)):
		frappe.throw(
			_("This account provides no call records. First enter what its provider needs for them.")
		)
	_enqueue(account, user=frappe.session.user)


def _enqueue(account: str, user: str = "") -> None:
	frappe.enqueue(
		"c2c_frappe.events.reconcile.run",
		queue="long",
		timeout=JOB_SECONDS,
		job_id=f"c2c_records:{account}:{user}",
		deduplicate=True,
		account=account,
		user=user,
	)


def run(account: str, user: str = "") -> None:
	"""Fetch what is due; with a user, show the progress and the result to that user."""
	title = _("Call records not fetched")

	def tell(share: float) -> None:
		if user:
			frappe.publish_progress(100 * share, title=title, description=account)

	with messages.in_language_of(user):
		outcome = fetch(account, tell)
	if user:
		tell(1)
		frappe.publish_realtime("msgprint", outcome["message"], user=user)


def fetch(account: str, tell: Tell = lambda share: None) -> dict:
	"""Fetch and apply what is due; return {ok, message, read, new}. Commits; one run at a time per account.

	`ok` is None when another run is under way; on another machine a second one only reads twice. `new` counts the
	records that said something new.
	"""
	with exclusive(f"records {account}") as is_alone:
		if not is_alone:
			return _outcome(None, _("The call records of {0} are already being fetched.").format(account))
		tally = Tally()
		try:
			provider = providers.provider_of(frappe.get_doc(DOCTYPE, account))
			if not provider.has_call_records:
				raise ConfigurationError(_("This account provides no call records."))
			_catch_up(account, provider, tally, tell)
		except PbxError as error:
			message = messages.sentence(error.message)
			_note(account, message)
			return _outcome(False, message, tally)
	_note(account, tally.complaint())
	message = _("{0} call records read, {1} of them new.").format(tally.read, tally.new)
	return _outcome(True, f"{message} {tally.complaint()}".strip(), tally)


def _outcome(ok: bool | None, message: str, tally: Tally | None = None) -> dict:
	tally = tally or Tally()
	return {"ok": ok, "message": message, "read": tally.read, "new": tally.new}


def _catch_up(account: str, provider: Provider, tally: Tally, tell: Tell) -> None:
	"""Read window after window up to now, then the moments at which calls started that are still open."""
	now, mark = _now(), frappe.db.get_value(DOCTYPE, account, "records_until")
	open_starts = search.open_starts(account, now - OPEN_CALL_TIMEOUT)
	first = window = records.next_window(mark, now, provider.records_overlap)
	while True:
		_apply(account, provider, window, tally)
		frappe.db.set_value(DOCTYPE, account, "records_until", window.till, update_modified=False)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit - a crash repeats one window, not all
		tell(0.9 * (window.till - first.since) / (now - first.since))
		if window.till >= now:
			break
		window = records.next_window(window.till, now, provider.records_overlap)
	for earlier in records.around(open_starts, first.since):
		_apply(account, provider, earlier, tally)
	call_phones.ask(account, provider, tally.without_phone)


def _apply(account: str, provider: Provider, window: Window, tally: Tally) -> None:
	for page in _pages(provider, window, tally):
		for record, outcome in intake.ingest_records(account, page, provider.secrets):
			tally.read += 1
			if outcome != intake.DUPLICATE:
				tally.new += 1
				tally.without_phone += records.pick_without_extension([record])


def _pages(provider: Provider, window: Window, tally: Tally) -> Iterator[list[CallRecord]]:
	"""Yield each page's records that no page before it had: rows move on while a list is being read."""
	seen: set[str] = set()
	for number in count(1):
		if number > MAX_PAGES:
			raise RejectedError(_("The PBX sent more than {0} pages for one time window.").format(MAX_PAGES))
		page = exchange.fetch_records(provider, window, number)
		tally.add_page(page)
		fresh = [record for record in page.records if record.record_id not in seen]
		yield fresh
		seen.update(record.record_id for record in fresh)
		is_repeated = bool(page.records) and not fresh
		is_unread = bool(page.unread) and not page.records
		if is_repeated or is_unread or not page.has_more:
			return


def _note(account: str, message: str) -> None:
	"""Keep on the account why its records could not be fetched, and log it when that is new; commit."""
	before = frappe.db.get_value(DOCTYPE, account, "records_message") or ""
	if message != before:
		frappe.db.set_value(DOCTYPE, account, "records_message", message, update_modified=False)
		if message:
			frappe.log_error(_("Call records from {0}").format(account), message)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - a job's last step


def _now() -> datetime:
	return utc_now().replace(microsecond=0)
