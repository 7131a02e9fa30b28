"""What installing, migrating and uninstalling the app do to a site's database, compared record by record.

For the embedded Desk: tests/site_install asks more of the same, but of a bench's MariaDB. Each check is a
sentence; it holds when the list of differences it found is empty. Works on any site that has `install`,
`migrate`, `uninstall` and `execute`, without its web server.
"""

import json
import time
from pathlib import Path

import test_counts
from progress import say

CONTENTS = Path(__file__).with_name("site_contents.py")
# Frappe's own diaries: what happened is written there and stays.
DIARIES = {
	"__global_search",
	"tabAccess Log",
	"tabActivity Log",
	"tabDeleted Document",
	"tabError Log",
	"tabPermission Log",
	"tabInstalled Application",
	"tabRoute History",
	"tabScheduled Job Log",
	"tabVersion",
}

BEFORE = """
user = frappe.get_doc({"doctype": "User", "email": "used@example.com", "first_name": "Used", "send_welcome_email": 0})
user.append("roles", {"role": "Report Manager"})
user.insert()
"""
USE = """
frappe.get_doc({
	"doctype": "PBX Account", "account_name": "Used", "provider": "commpeak", "base_url": "https://pbx.example",
	"crm_id": "1", "client_id": "a-secret", "stats_api_key": "another-secret",
}).insert()
frappe.get_doc({
	"doctype": "PBX Call Log", "direction": "Outgoing", "status": "Unknown", "number": "+447700900123",
}).insert()
frappe.get_doc("User", "used@example.com").add_roles("PBX Agent")
frappe.get_doc({"doctype": "Comment", "comment_type": "Comment", "reference_doctype": "PBX Account",
	"reference_name": "Used", "content": "seen"}).insert()
"""
CHANGE = """
frappe.db.set_single_value("PBX Settings", "repeat_window", 33)
name = frappe.get_all("PBX Disposition", pluck="name", order_by="name")[0]
frappe.delete_doc("PBX Disposition", name)
"""


def check(site, steps=None) -> dict:
	"""Take a site without the app through its whole life with it; returns a report.

	:param steps: yields (sentence, differences that should not be), where it is another life than `life` here
	"""
	began = time.monotonic()
	results = list((steps or life)(site))
	failures = [
		f"{sentence}: {'; '.join(differences[:8])}" for sentence, differences in results if differences
	]
	report = {"ran": len(results), "failed": len(failures), "failures": failures}
	return {**test_counts.NOTHING, **report, "seconds": round(time.monotonic() - began, 1)}


def life(site):
	"""Yield (sentence, differences that should not be)."""
	site.execute(BEFORE)
	before = contents(site)
	site.install()
	site.execute(USE)
	site.execute(CHANGE)
	site.migrate()
	once = contents(site)
	yield "an admin's changes survive a migration", _lost_changes(site)
	site.migrate()
	yield "migrating a second time changes nothing", differences(once, contents(site))
	site.uninstall()
	yield "uninstalling leaves nothing of the app behind", differences(before, contents(site))
	site.install()
	yield (
		"the app can be installed again",
		[] if "c2c_frappe" in site.installed_apps() else ["it is not there"],
	)


def _lost_changes(site) -> list[str]:
	kept = site.call("frappe.client.get_single_value", doctype="PBX Settings", field="repeat_window")
	return [] if int(kept) == 33 else [f"repeat_window is {kept} again"]


def contents(site) -> dict:
	"""Return everything that is in a site's database, by table."""
	say("Reading the whole database")
	return json.loads(site.execute(CONTENTS.read_text()).strip().splitlines()[-1])


def differences(old: dict, new: dict) -> list[str]:
	"""Return in words what is in one of two readings only."""
	found = [f"table {table} came" for table in new.keys() - old.keys()]
	found += [f"table {table} went" for table in old.keys() - new.keys()]
	for table in sorted(old.keys() & new.keys() - DIARIES):
		one, other = old[table], new[table]
		if one["columns"] != other["columns"]:
			found.append(f"{table} has columns {sorted(set(one['columns']) ^ set(other['columns']))}")
		found += [f"{table} has {row[:100]}" for row in other["rows"].keys() - one["rows"].keys()]
		found += [f"{table} lacks {row[:100]}" for row in one["rows"].keys() - other["rows"].keys()]
		both = one["rows"].keys() & other["rows"].keys()
		found += [f"{table} differs in {row[:100]}" for row in both if one["rows"][row] != other["rows"][row]]
	return sorted(found)
