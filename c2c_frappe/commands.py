"""What the app adds to `bench --site S c2c`: `reconcile`, `index`, `listen`, `export` and `forget`. Decides nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import click
import frappe
from frappe.commands import get_site, pass_context
from frappe.utils import strip_html

Result = TypeVar("Result")


@click.group()
def c2c():
	"""Click to Call."""


@c2c.command()
@click.option("--account", help="One PBX Account; without it all that are enabled and give call records.")
@pass_context
def reconcile(context, account: str | None = None):
	"""Fetch the call records that are due now; exit 1 when a PBX did not give them."""
	done = _on_each_site(context, lambda: all([_fetch(name) for name in _accounts(account)]))
	sys.exit(0 if all(done) else 1)


@c2c.command()
@pass_context
def listen(context):
	"""Hear how calls go on, from the PBXs that tell it on a WebSocket; runs until it is ended."""
	from c2c_frappe.events import listener

	with suppress(KeyboardInterrupt):
		listener.listen(get_site(context), click.echo)


@c2c.command()
@click.option("--again", is_flag=True, help="Read every record again, though all were read.")
@pass_context
def index(context, again: bool):
	"""Read the numbers of the records that calls are linked to; exit 1 when another run is under way."""
	done = _on_each_site(context, lambda: _read_numbers(again))
	sys.exit(0 if all(done) else 1)


@c2c.command()
@click.argument("number", required=False)
@click.option("--record", nargs=2, metavar="DOCTYPE NAME", help="The calls of this record.")
@pass_context
def export(context, number: str | None, record: tuple[str, str] | None):
	"""Print as JSON what is known of a phone number, or of a record's calls."""
	from c2c_frappe import personal_data

	meant = (number or "", *(record or ("", "")))
	for exported in _on_each_site(context, lambda: personal_data.export(*meant)):
		click.echo(json.dumps(exported, indent=1))


@c2c.command()
@click.argument("number", required=False)
@click.option("--record", nargs=2, metavar="DOCTYPE NAME", help="The calls of this record.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def forget(context, number: str | None, record: tuple[str, str] | None, yes: bool):
	"""Erase a phone number, or who a record's calls were with, from calls and events for good."""
	from c2c_frappe import personal_data
	from c2c_frappe.transactions import committed

	if not yes:
		click.confirm("This cannot be undone. Go on?", abort=True)
	meant = (number or "", *(record or ("", "")))
	for done in _on_each_site(context, lambda: committed(lambda: personal_data.erase(*meant))):
		click.echo(json.dumps(done, indent=1))


def _on_each_site(context, work: Callable[[], Result]) -> list[Result]:
	"""Do the work on each site the command was given, `--site all` too; return what it returned, site by site."""
	get_site(context)  # raises where none was given
	results = []
	for site in context.sites:
		with _connected(site):
			results.append(work())
	return results


@contextmanager
def _connected(site: str) -> Iterator[None]:
	frappe.init(site=site)
	frappe.connect()
	try:
		yield
	except frappe.ValidationError as error:
		raise click.ClickException(strip_html(str(error))) from None
	finally:
		frappe.destroy()


def _read_numbers(again: bool) -> bool:
	from c2c_frappe.phone_book import backfill
	from c2c_frappe.phone_book import index as phone_index

	if again:
		backfill.start_again()
	with click.progressbar(length=100, label="Reading numbers") as bar:
		is_done = backfill.read_all(lambda share: bar.update(int(100 * share) - bar.pos))
	if is_done:
		click.echo(f"{frappe.db.count(phone_index.DOCTYPE)} numbers are known.")
	else:
		click.secho("The numbers are being read already.", fg="red")
	return is_done


def _accounts(account: str | None) -> list[str]:
	from c2c_frappe.accounts import providers

	if account:
		return [account]
	names = frappe.get_all("PBX Account", {"enabled": 1}, pluck="name", order_by="name")
	return [name for name in names if providers.has_call_records(frappe.get_doc("PBX Account", name))]


def _fetch(account: str) -> bool:
	from c2c_frappe.events import reconcile as reconciliation

	if not frappe.db.exists("PBX Account", account):
		click.secho(f"There is no PBX Account {account}.", fg="red")
		return False
	outcome = reconciliation.fetch(account)
	click.secho(f"{account}: {outcome['message']}", fg=None if outcome["ok"] else "red")
	return outcome["ok"] is not False


commands = [c2c]
