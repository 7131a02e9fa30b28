"""What the app leaves on a site with Frappe CRM when it goes: CRM as it was before, and its rows of the calls.

As lifecycle.py, whose reading of the whole database it uses. The calls go to a simulated PBX.
"""

import json

import lifecycle

BEFORE = """
user = frappe.get_doc({"doctype": "User", "email": "used@example.com", "first_name": "Used", "send_welcome_email": 0})
user.append("roles", {"role": "Sales User"})
user.insert()
frappe.get_doc({"doctype": "CRM Lead", "first_name": "Grace", "mobile_no": "+447700900123",
	"lead_owner": "used@example.com"}).insert()
"""
USE = """
import json
from c2c_frappe.api import call
from c2c_frappe.pbx.simulator import Simulator
with Simulator() as pbx:
	frappe.get_doc({
		"doctype": "PBX Account", "account_name": "Used", "provider": "commpeak", "base_url": pbx.url, "allow_http": 1,
		"crm_id": "1", "client_id": "a-secret", "stats_api_key": "another-secret", "api_key": "a-third",
	}).insert()
	settings = frappe.get_doc("PBX Settings")
	settings.update({"default_account": "Used", "default_country": "United Kingdom", "crm_call_actions": 1})
	settings.append("allowed_countries", {"country": "United Kingdom"})
	settings.save()
	user = frappe.get_doc("User", "used@example.com")
	user.update({"pbx_extension": "1000", "pbx_account": "Used"})
	user.save()
	user.add_roles("PBX Agent")
	frappe.db.commit()
	frappe.set_user("used@example.com")
	lead = frappe.get_all("CRM Lead", pluck="name")[0]
	placed = call.dial(reference_doctype="CRM Lead", reference_name=lead)["call"]
	call.wrap_up(placed, "Interested", "Wants an offer")
	frappe.set_user("Administrator")
frappe.db.set_value("CRM Call Log", placed, "recording_url", f"/api/method/c2c_frappe.api.recording.play?call={placed}")
frappe.db.set_value("CRM Lead", lead, "do_not_call", 1)
ours = [frappe.db.exists("CRM Call Log", placed), frappe.db.count("CRM Form Script", {"name": ("like", "Click to Call%")})]
print(chr(10) + json.dumps(ours))
"""
AFTER = """
import json
hooks = json.dumps(frappe.get_hooks(), default=str)
left = [f"a hook: {part}" for part in hooks.split('"') if part.startswith("c2c_frappe")]
left += [f"a form script: {name}" for name in frappe.get_all("CRM Form Script", {"name": ("like", "Click to Call%")}, pluck="name")]
left += [f"a field: {name}" for name in frappe.get_all("Custom Field", {"dt": ("like", "CRM %"), "module": "Click To Call"}, pluck="name")]
left += ["a column: do_not_call"] if frappe.db.has_column("CRM Lead", "do_not_call") else []
left += [f"a recording: {url}" for url in frappe.get_all("CRM Call Log", pluck="recording_url") if url]
print(chr(10) + json.dumps(left))
"""
# Through Frappe's own door for requests, logged in as the agent was.
ASK = """
import json
from frappe.app import application
from werkzeug.test import Client
site = frappe.local.site
frappe.utils.password.update_password("used@example.com", "Quiet-Harbour-41-lamp")
call = frappe.get_all("CRM Call Log", pluck="name")[0]
lead = frappe.get_all("CRM Lead", pluck="name")[0]
frappe.db.commit()
client = Client(application)
headers = {"Host": site, "X-Frappe-Site-Name": site}
login = client.post("/api/method/login", data={"usr": "used@example.com", "pwd": "Quiet-Harbour-41-lamp"}, headers=headers)
paths = [
	f"/crm/leads/{lead}",
	"/api/method/crm.integrations.api.is_call_integration_enabled",
	"/api/method/crm.integrations.api.get_contact_by_phone_number?phone_number=%2B447700900123",
	f"/api/method/crm.fcrm.doctype.crm_call_log.crm_call_log.get_call_log?name={call}",
	f"/api/method/crm.api.activities.get_activities?name={lead}",
	"/api/resource/CRM%20Call%20Log",
]
answers = {path: client.get(path, headers=headers) for path in paths}
wrong = [f"{path}: {answer.status}" for path, answer in answers.items() if answer.status_code != 200]
wrong += [f"{path}: c2c_frappe" for path, answer in answers.items() if "c2c_frappe" in answer.text]
offered = answers[paths[1]].json["message"]["integrations"] if not wrong else {}
wrong += [f"{key} is on" for key, is_on in offered.items() if is_on]
print(chr(10) + json.dumps(wrong))
"""
# What was said of calls is Frappe CRM's.
KEPT = ("tabCRM Call Log ", "tabFCRM Note ")


def life(site):
	"""Yield (sentence, differences that should not be)."""
	site.execute(BEFORE)
	before = lifecycle.contents(site)
	site.install()
	mirrored, scripts = _printed(site, USE)
	missing = [] if mirrored else ["its row"]
	yield "a call is in Frappe CRM, and its pages have our scripts", missing + ["scripts"] * (scripts != 2)
	site.uninstall()
	found = lifecycle.differences(before, lifecycle.contents(site))
	lost = [] if any(each.startswith("tabCRM Call Log has") for each in found) else ["it is gone"]
	yield "its row of the call stays", lost
	left = [each for each in found if not each.startswith(KEPT)]
	yield "uninstalling leaves nothing but what was said of calls", left
	yield "no hook, form script, field or link to a recording is left", _printed(site, AFTER)
	yield "Frappe CRM's pages and methods answer", _printed(site, ASK)


def _printed(site, code: str):
	return json.loads(site.execute(code).strip().splitlines()[-1])
