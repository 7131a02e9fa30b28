"""What install adds, uninstall removes, on a site of its own: used first, as thoroughly as people use it."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
USE = (HERE / "use_everything.py").read_text()
APP = "c2c_frappe"
# Whatever holds one of these after uninstalling is ours.
MARKS = ("PBX ", "pbx_", APP, "Click To Call", "Click to Call", "do_not_call", "planted-secret")

MAKE_USER = """
user = {"doctype": "User", "email": "used@example.com", "first_name": "Used", "send_welcome_email": 0}
frappe.get_doc({**user, "roles": [{"role": "Report Manager"}]}).insert()
"""
SCHEMA = """
columns = frappe.db.sql("select table_name, column_name, column_type from information_schema.columns"
	" where table_schema = database()")
indexes = frappe.db.sql("select table_name, index_name, column_name from information_schema.statistics"
	" where table_schema = database()")
result = sorted([*map(list, columns), *map(list, indexes)])
"""
HAS_KEY = "result = 'encryption_key' in frappe.get_site_config()"
# Our own rows as they stand. Left out are the times of a save that changed nothing, and what is Frappe's own:
# its list of installed apps, made anew in each migration, and what it noted of changes to that and to users.
OURS = """
LEFT_OUT = {"creation", "modified", "migration_hash", "last_execution"}
DIARIES = {
	"tabInstalled Application": lambda row: row["app_name"] == "c2c_frappe",
	"tabPermission Log": lambda row: row["for_doctype"] == "User",
	"tabVersion": lambda row: row["ref_doctype"] in ("Installed Applications", "User"),
	"tabDeleted Document": lambda row: row["deleted_doctype"] == "Contact",
}
result = {}
for table in frappe.db.get_tables(cached=False):
	if table.startswith(("tab", "__")):
		found = [{k: str(v) for k, v in row.items() if k not in LEFT_OUT} for row in
			frappe.db.sql(f"select * from `{table}`", as_dict=True)]
		is_diary = DIARIES.get(table, lambda row: False)
		ours = [row for row in found if any(mark in str(row) for mark in values["marks"]) and not is_diary(row)]
		if ours:
			result[table] = sorted(ours, key=str)
"""

KEPT = (
	("User", "used@example.com"),
	("Email Account", "Used"),
	("Workspace", "Used"),
	("Role Profile", "Used"),
)


@pytest.fixture(scope="module")
def life(bench_site):
	"""Take the site through install, use, two migrations and uninstall; return what it was like at each point."""
	bench_site.execute(MAKE_USER)
	seen = {"schema": bench_site.execute(SCHEMA), "before": bench_site.execute(OURS, marks=MARKS)}
	bench_site.run("install-app", APP)
	seen["has key"] = bench_site.execute(HAS_KEY)
	seen["installed"] = bench_site.execute(OURS, marks=MARKS)
	seen["reply"] = bench_site.execute(USE)
	bench_site.run("migrate", "--skip-search-index")
	seen["once"] = bench_site.execute(OURS, marks=MARKS)
	seen["schema once"] = bench_site.execute(SCHEMA)
	bench_site.run("migrate", "--skip-search-index")
	seen["twice"] = bench_site.execute(OURS, marks=MARKS)
	seen["schema twice"] = bench_site.execute(SCHEMA)
	bench_site.run("uninstall-app", APP, "--yes", "--no-backup")
	seen["after"] = bench_site.execute(OURS, marks=MARKS)
	seen["kept"] = bench_site.execute(
		"result = [frappe.db.exists(*each) for each in values['each']]", each=KEPT
	)
	seen["apps"] = bench_site.execute("result = frappe.get_all('Installed Application', pluck='app_name')")
	seen["schema after"] = bench_site.execute(SCHEMA)
	return seen


def test_a_contact_is_called_on_plain_frappe(life):
	assert (life["reply"]["status"], life["reply"]["failure_code"]) == ("Requested", "")


def test_the_site_had_nothing_of_ours_and_installing_added_some(life):
	assert life["before"] == {}
	assert {"tabDocType", "tabCustom Field", "tabRole", "tabScheduled Job Type"} <= life["installed"].keys()


def test_the_site_has_an_encryption_key_before_web_workers_need_one(life):
	assert life["has key"]


def test_migrating_a_second_time_changes_nothing_of_ours(life):
	changed = differences(life["once"], life["twice"])
	assert not changed, "\n".join(changed)
	assert life["schema twice"] == life["schema once"]


def test_uninstalling_leaves_no_row_of_ours(life):
	left = differences({}, life["after"])
	assert life["apps"] == ["frappe"]
	assert not left, "\n".join(left)


def test_uninstalling_leaves_what_only_mentioned_us(life):
	assert life["kept"] == [name for _doctype, name in KEPT]


def test_uninstalling_leaves_no_table_column_or_index_of_ours(life):
	assert [each for each in life["schema after"] if each not in life["schema"]] == []
	assert [each for each in life["schema"] if each not in life["schema after"]] == []


def test_lead_gets_its_field_when_erpnext_comes_later_and_loses_it_again(bench_site, life):
	if "erpnext" not in bench_site.apps:
		pytest.skip("This bench has no ERPNext.")
	has_field = "result = frappe.get_meta('Lead').has_field('do_not_call')"
	has_column = "result = frappe.db.has_column('Lead', 'do_not_call')"
	bench_site.run("install-app", APP)
	bench_site.run("install-app", "erpnext")
	assert (bench_site.execute(has_field), bench_site.execute(has_column)) == (True, True)
	bench_site.run("uninstall-app", APP, "--yes", "--no-backup")
	assert (bench_site.execute(has_field), bench_site.execute(has_column)) == (False, False)


def differences(old, new):
	"""Return the rows that are in one of two readings only, by table, long ones cut."""
	return [
		f"{table} {sign} {str(row)[:300]}"
		for table in sorted(old.keys() | new.keys())
		for sign, one, other in (("lost", old, new), ("got", new, old))
		for row in one.get(table, [])
		if row not in other.get(table, [])
	]
