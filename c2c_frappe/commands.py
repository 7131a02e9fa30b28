"""What the app adds to `bench`: `bench --site S c2c reconcile`, `... index` and `... listen`. Prints sentences; decides nothing."""

from __future__ import annotations

import sys
from contextlib import suppress

import click
import frappe
from frappe.commands import get_site, pass_context


@click.group()
def c2c():
	"""Click to Call."""


@c2c.command()
@click.option("--account", help="One PBX Account; without it all that are enabled and give call records.")
@pass_context
def reconcile(context, account: str | None = None):
	"""Fetch the call records that are due now; exit 1 when a PBX did not give them."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		has_failed = not all([_fetch(name) for name in _accounts(account)])
	finally:
		frappe.destroy()
	sys.exit(1 if has_failed else 0)


@c2c.command()
@pass_context
def listen(context):
	"""Hear how calls go on, from the PBXs that tell it on a WebSocket; runs until it is ended."""
	from c2c_frappe import listener

	with suppress(KeyboardInterrupt):
		listener.listen(get_site(context), click.echo)


@click.option("--again", is_flag=True, help="Read every record, not only what is left of a run that stopped.")
@pass_context
def index(context, again: bool):
	"""Read the numbers of the records that calls are linked to; exit 1 when another run is under way."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		is_done = _read_numbers(again)
	finally:
		frappe.destroy()
	sys.exit(0 if is_done else 1)


def _read_numbers(again: bool) -> bool:
	from c2c_frappe import number_backfill, number_index

	if again:
		number_backfill.start_again()
	with click.progressbar(length=100, label="Reading numbers") as bar:
		is_done = number_backfill.read_all(lambda share: bar.update(int(100 * share) - bar.pos))
	if is_done:
		click.echo(f"{frappe.db.count(number_index.DOCTYPE)} numbers are known.")
	else:
		click.secho("The numbers are being read already.", fg="red")
	return is_done


def _accounts(account: str | None) -> list[str]:
	from c2c_frappe import accounts

	if account:
		return [account]
	names = frappe.get_all("PBX Account", {"enabled": 1}, pluck="name", order_by="name")
	return [name for name in names if accounts.has_call_records(frappe.get_doc("PBX Account", name))]


def _fetch(account: str) -> bool:
	from c2c_frappe import call_records

	if not frappe.db.exists("PBX Account", account):
		click.secho(f"There is no PBX Account {account}.", fg="red")
		return False
	outcome = call_records.fetch(account)
	click.secho(f"{account}: {outcome['message']}", fg=None if outcome["ok"] else "red")
	return outcome["ok"] is not False


commands = [c2c]
