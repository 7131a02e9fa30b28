"""The company of calls that have none: when their account is given one. In the background, batch by batch."""

from __future__ import annotations

import frappe

from c2c_frappe import companies
from c2c_frappe.call_log.rows import DOCTYPE, update
from c2c_frappe.transactions import committed

BATCH = 1000
JOB_SECONDS = 60 * 60


def request_fill(account: str) -> None:
	"""Have an account's calls without a company get the account's, once this transaction is committed."""
	frappe.enqueue(
		"c2c_frappe.call_log.company.fill",
		queue="long",
		timeout=JOB_SECONDS,
		enqueue_after_commit=True,
		account=account,
	)


def fill(account: str) -> None:
	"""Give an account's calls without a company the account's. Commits each batch; what was left a second run does."""
	company = frappe.db.get_value(companies.ACCOUNT, account, companies.FIELD)
	while company and (names := _without_company(account)):
		committed(
			lambda names=names: update(
				{companies.FIELD: company}, frappe.qb.DocType(DOCTYPE).name.isin(names)
			)
		)


def _without_company(account: str) -> list[str]:
	table = frappe.qb.DocType(DOCTYPE)
	has_none = table[companies.FIELD].isnull() | (table[companies.FIELD] == "")
	query = frappe.qb.from_(table).select(table.name).where((table.account == account) & has_none)
	return query.limit(BATCH).run(pluck=True)
