"""Runs inside a site, by `execute`: prints as JSON everything that is in its database, by table.

Each table gives {"columns": [...], "rows": {name or whole row: digest of its content}}. Times and who last saved
a record are left out: a record saved again unchanged is the same record. Changes nothing.
"""

import hashlib
import json

import frappe

LEFT_OUT = {
	"modified",
	"modified_by",
	"creation",
	"idx",
	"_user_tags",
	"migration_hash",
	"last_execution",
	"defkey_",
}


def contents():
	tables = {}
	for table in frappe.db.get_tables(cached=False):
		if not table.startswith(("tab", "__")):
			continue  # MariaDB's own, which it lists too
		rows = frappe.db.sql(f"select * from `{table}`", as_dict=True)  # noqa: S608 - the database's own names
		rows = [row for row in rows if table != "tabSingles" or row["field"] not in LEFT_OUT]
		columns = [column[0] for column in frappe.db._cursor.description]
		tables[table] = {"columns": columns, "rows": dict(row_of(table, row) for row in rows)}
	return tables


def row_of(table, row):
	"""Return what names a row, and the digest of the rest: a child row has a new name after each save."""
	kept = {key: str(value) for key, value in row.items() if key not in LEFT_OUT and value}
	if row.get("parent"):
		kept.pop("name", None)
		return " ".join([row["parent"], *(f"{key}={value}" for key, value in sorted(kept.items()))]), ""
	name = " ".join(str(row[key]) for key in ("doctype", "name", "field", "fieldname") if key in row)
	digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
	return name or json.dumps(kept, sort_keys=True), digest


print(chr(10) + json.dumps(contents()))
