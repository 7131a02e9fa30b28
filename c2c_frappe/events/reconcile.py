"""The use case "we ask the PBX": fetch the call records that are due, page by page, and hand them to events.py.

How far an account was read is committed only after all of it was applied, so a crash means asking again, and
what was heard before changes nothing. What to ask and what a record means is decided in `pbx/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

import frappe
from frappe import _

from c2c_frappe import messages
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import search
from c2c_frappe.events import intake
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import records
from c2c_frappe.pbx.calls.records import CallRecord, Window
from c2c_frappe.pbx.errors import ConfigurationError, PbxError, RejectedError
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.site_time import utc_now

DOCTYPE = "PBX Account"
# A call without an end is asked for this long; then the PBX will not tell any more.
PATIENCE = timedelta(days=1)
# More than these in one window is a PBX that goes on for ever.
MAX_PAGES = 1000
JOB_SECONDS = 30 * 60

Tell = Callable[[float], None]


def schedule() -> None:
	"""Enqueue a run for every account whose records are due."""
	for row in frappe.get_all(DOCTYPE, {"enabled": 1}, ["name", "records_until"]):
		if not providers.has_call_records(frappe.get_doc(DOCTYPE, row.name)):
			continue
		is_open = bool(search.open_starts(row.name, _now() - PATIENCE))
		if records.is_due(row.records_until, _now(), is_open):
			_enqueue(row.name)


def request(account: str) -> None:
	"""Enqueue a run for the present user, who is told of its progress and result."""
	if not providers.has_call_records(frappe.get_doc(DOCTYPE, account)):
		frappe.throw(_("This account gives no call records. Enter what its provider needs for them first."))
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
	title = _("Fetching call records")

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
			return _outcome(None, _("The call records of {0} are being fetched already.").format(account))
		counts = Counter()
		try:
			provider = providers.provider_of(frappe.get_doc(DOCTYPE, account))
			if not provider.has_call_records:
				raise ConfigurationError(_("This account gives no call records."))
			_catch_up(account, provider, counts, tell)
		except PbxError as error:
			message = messages.sentence(error.message)
			_note(account, message)
			return _outcome(False, message, counts)
	_note(account, "")
	return _outcome(
		True, _("{0} call records read, {1} of them new.").format(counts["read"], counts["new"]), counts
	)


def _outcome(ok: bool | None, message: str, counts: Counter | None = None) -> dict:
	counts = counts or Counter()
	return {"ok": ok, "message": message, "read": counts["read"], "new": counts["new"]}


def _catch_up(account: str, provider: Provider, counts: Counter, tell: Tell) -> None:
	"""Read window after window up to now, then the moments at which calls started that are still open."""
	now, mark = _now(), frappe.db.get_value(DOCTYPE, account, "records_until")
	open_starts = search.open_starts(account, now - PATIENCE)
	first = window = records.next_window(mark, now, provider.records_overlap)
	while True:
		_apply(account, provider, window, counts)
		frappe.db.set_value(DOCTYPE, account, "records_until", window.till, update_modified=False)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit - a crash repeats one window, not all
		tell(0.9 * (window.till - first.since) / (now - first.since))
		if window.till >= now:
			break
		window = records.next_window(window.till, now, provider.records_overlap)
	for earlier in records.around(open_starts, first.since):
		_apply(account, provider, earlier, counts)


def _apply(account: str, provider: Provider, window: Window, counts: Counter) -> None:
	for page in _pages(provider, window):
		outcomes = intake.receive_records(account, page, provider.secrets)
		counts.update(read=len(page), new=outcomes.total())


def _pages(provider: Provider, window: Window) -> Iterator[list[CallRecord]]:
	"""Yield each page's records that no page before it had: rows move on while a list is being read."""
	seen: set[str] = set()
	for number in count(1):
		if number > MAX_PAGES:
			raise RejectedError(_("The PBX sent more than {0} pages for one window.").format(MAX_PAGES))
		page = exchange.fetch_records(provider, window, number)
		fresh = [record for record in page.records if record.record_id not in seen]
		yield fresh
		seen.update(record.record_id for record in fresh)
		is_repeated = bool(page.records) and not fresh
		if is_repeated or not page.has_more:
			return


def _note(account: str, message: str) -> None:
	"""Keep on the account why its records could not be fetched, and log it when that is new; commit."""
	before = frappe.db.get_value(DOCTYPE, account, "records_message") or ""
	if message != before:
		frappe.db.set_value(DOCTYPE, account, "records_message", message, update_modified=False)
		if message:
			frappe.log_error(_("Call records of {0}").format(account), message)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - a job's last step


def _now() -> datetime:
	return utc_now().replace(microsecond=0)
