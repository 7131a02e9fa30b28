"""Runs inside a site: does with the app all that people do, and leaves records about it wherever Frappe keeps some.

`values` gives nothing; `result` is the reply to a call placed from a Contact. Asserts nothing.
"""

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.desk.doctype.tag.tag import add_tag
from frappe.desk.form.assign_to import add as assign
from frappe.desk.like import toggle_like
from frappe.model.utils.user_settings import save as save_user_settings

from c2c_frappe.api import call
from c2c_frappe.pbx.simulator import Simulator

USER = "used@example.com"
ACCOUNT, CALLS = "PBX Account", "PBX Call Log"


def put(doctype, **fields):
	"""Insert a record past its own checks: they differ between versions, and what it points at matters here."""
	document = frappe.get_doc({"doctype": doctype, **fields})
	document.name = document.name or frappe.generate_hash(length=10)
	document.db_insert()
	for child in document.get_all_children():
		child.parent = document.name
		child.db_insert()


def use(pbx):
	account = frappe.get_doc(
		{
			"doctype": ACCOUNT,
			"account_name": "Used",
			"provider": "commpeak",
			"base_url": pbx.url,
			"allow_http": 1,
			"crm_id": "1",
			"client_id": "planted-secret",
			"stats_api_key": "planted-secret",
			"api_key": "planted-secret",
			"webhook_token": "planted-secret",
			"own_numbers": "442079460018",
		}
	).insert()
	settings = frappe.get_doc("PBX Settings")
	settings.update({"default_account": "Used", "default_country": "United Kingdom"})
	settings.append("allowed_countries", {"country": "United Kingdom"})
	settings.save()
	user = frappe.get_doc("User", USER)
	user.update({"pbx_extension": "1000", "pbx_account": "Used", "pbx_caller_id": "442079460018"})
	user.append("block_modules", {"module": "Click To Call"})
	user.append("pbx_phones", {"label": "Mobile", "extension": "1001"})
	user.save()
	user.add_roles("PBX Agent", "PBX Manager")
	contact = {"doctype": "Contact", "first_name": "Called", "phone_nos": [{"phone": "+44 20 7946 0018"}]}
	frappe.set_user(USER)
	contact = frappe.get_doc(contact).insert(ignore_permissions=True)
	reply = call.dial(reference_doctype="Contact", reference_name=contact.name)
	frappe.set_user("Administrator")
	contact.delete()
	account.update({"enabled": 0, "prefix": "9"})
	account.save()
	return reply


def talk_about(name):
	call_row = frappe.get_doc(CALLS, name)
	call_row.add_comment("Comment", "seen")
	add_tag("Used", CALLS, name)
	assign({"doctype": CALLS, "name": name, "assign_to": [USER]})
	toggle_like(CALLS, name, "Yes")
	frappe.share.add(CALLS, name, USER)
	pointing = {"reference_doctype": CALLS, "reference_name": name}
	put("Communication", communication_type="Communication", subject="about a call", **pointing)
	put("File", file_name="used.txt", attached_to_doctype=CALLS, attached_to_name=name)
	put("View Log", viewed_by=USER, **pointing)
	put("Notification Log", for_user=USER, document_type=CALLS, document_name=name, subject="a call")
	put("Document Follow", ref_doctype=CALLS, ref_docname=name, user=USER)
	put("Error Log", method="Used", **pointing)
	put("Activity Log", subject="Used", user=USER, **pointing)
	frappe.delete_doc("PBX Disposition", frappe.get_all("PBX Disposition", pluck="name")[0])


def set_up_the_desk():
	save_user_settings(CALLS, '{"List": {"filters": []}}')
	put("List Filter", filter_name="Mine", reference_doctype=CALLS, for_user=USER, filters="[]")
	frappe.db.set_value("List View Settings", CALLS, "disable_count", 1)
	put("Kanban Board", name="Used", kanban_board_name="Used", reference_doctype=CALLS, field_name="status")
	put("Dashboard Chart", name="Used", chart_name="Used", document_type=CALLS, filters_json="[]")
	put("Number Card", name="Used", label="Used", document_type=CALLS)
	put("Report", name="Used", report_name="Used", ref_doctype=CALLS, report_type="Report Builder")
	put("Calendar View", name="Used", reference_doctype=CALLS, subject_field="number")
	put("User Permission", user=USER, allow=ACCOUNT, for_value="Used")
	put("Custom DocPerm", parent=CALLS, role="Report Manager", read=1)
	put("Custom DocPerm", parent="Contact", role="PBX Agent", read=1)
	put("Role Profile", name="Used", role_profile="Used", roles=[{"role": "PBX Agent"}])

	links = [{"type": "Link", "label": "Calls", "link_type": "DocType", "link_to": CALLS}]
	put("Workspace", name="Used", title="Used", label="Used", for_user=USER, content="[]", links=links)
	frappe.db.set_value("User", USER, "default_workspace", "Click to Call")
	put("Email Account", name="Used", email_id="used@example.com", append_to=CALLS)


def customise():
	make_property_setter(CALLS, "notes", "bold", 1, "Check")
	make_property_setter("User", "pbx_extension", "bold", 1, "Check")
	put("Custom Field", name="Used", dt=CALLS, fieldname="custom_used", fieldtype="Check", label="Used")
	put("Client Script", name="Used", dt=CALLS, view="Form")
	put("Server Script", name="Used", reference_doctype=CALLS, script_type="DocType Event")
	put("Notification", name="Used", document_type=CALLS, subject="Used", enabled=0)
	put("Print Format", name="Used", doc_type=CALLS)
	put(
		"Webhook", name="Used", webhook_doctype=CALLS, enabled=0, webhook_headers=[{"key": "a", "value": "b"}]
	)
	put("Assignment Rule", name="Used", document_type=CALLS, disabled=1)
	put("Data Import", name="Used", reference_doctype=CALLS)
	put("Address Template", name="Used", country="United Kingdom")


with Simulator() as pbx:
	result = use(pbx)
	talk_about(result["call"])
	set_up_the_desk()
	customise()
	frappe.db.delete("Address Template", {"name": "Used"})
