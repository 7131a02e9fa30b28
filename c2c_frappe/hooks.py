"""The table of contents Frappe reads. Data only: every public name here becomes a hook."""

app_name = "c2c_frappe"
app_title = "Click to Call"
app_publisher = "The c2c_frappe contributors"
app_description = "Click-to-call for ERPNext and Frappe, for any PBX"
# Frappe writes it into the head of translations and reads it nowhere else: any text will do, but an empty one makes
# Babel put a placeholder there.
app_email = "see SECURITY.md in the repository"
app_license = "GPL-3.0-or-later"

app_include_js = "c2c_frappe.bundle.js"
app_include_css = "c2c_frappe.bundle.css"
extend_bootinfo = "c2c_frappe.desk.boot.extend"

# The documentation of this version, which each form of ours links.
website_route_rules = [{"from_route": "/c2c-docs/<path:page>", "to_route": "c2c_docs"}]

before_request = "c2c_frappe.events.webhook.before_request"

after_install = "c2c_frappe.setup.install.after_install"
after_migrate = "c2c_frappe.setup.install.after_migrate"
after_app_install = "c2c_frappe.setup.install.after_app_install"
after_app_uninstall = [
	"c2c_frappe.phone_book.index.forget_gone_doctypes",
	"c2c_frappe.setup.custom_fields.forget_companies",
]
before_uninstall = "c2c_frappe.setup.uninstall.before_uninstall"
after_uninstall = "c2c_frappe.setup.uninstall.after_uninstall"

# Fixtures overwrite on every migrate: only records nobody edits.
fixtures = [
	{"dt": "Role", "filters": [["name", "in", ["PBX Agent", "PBX Manager"]]]},
	{"dt": "Custom HTML Block", "filters": [["name", "in", ["PBX Dial", "PBX Today"]]]},
]

has_permission = {
	"PBX Call Log": "c2c_frappe.permissions.has_call_permission",
	"PBX Call List": "c2c_frappe.call_lists.rights.has_list_permission",
	"PBX Call List Entry": "c2c_frappe.call_lists.rights.has_entry_permission",
	"CRM Call Log": "c2c_frappe.frappe_crm.mirrored.has_permission",
	"PBX Event": "c2c_frappe.accounts.rights.may_see_account_of",
	"PBX Call Import": "c2c_frappe.accounts.rights.may_see_account_of",
	"PBX Call Change": "c2c_frappe.accounts.rights.may_see_call_of",
	"PBX Caller Lead": "c2c_frappe.accounts.rights.may_see_call_of",
}
permission_query_conditions = {
	"PBX Call Log": "c2c_frappe.permissions.call_conditions",
	"PBX Call List": "c2c_frappe.call_lists.rights.list_conditions",
	"PBX Call List Entry": "c2c_frappe.call_lists.rights.entry_conditions",
	"CRM Call Log": "c2c_frappe.frappe_crm.mirrored.conditions",
	"PBX Event": "c2c_frappe.accounts.rights.event_conditions",
	"PBX Call Import": "c2c_frappe.accounts.rights.import_conditions",
	"PBX Call Change": "c2c_frappe.accounts.rights.change_conditions",
	"PBX Caller Lead": "c2c_frappe.accounts.rights.lead_conditions",
}

doc_events = {
	"User": {
		"validate": "c2c_frappe.accounts.extensions.validate_user",
		"after_rename": "c2c_frappe.personal_data.user_renamed",
	},
	"ToDo": {"validate": "c2c_frappe.permissions.check_assignment"},
	"CRM Call Log": {
		"validate": "c2c_frappe.frappe_crm.mirrored.put_facts_back",
		"on_update": "c2c_frappe.frappe_crm.mirrored.follow_attached",
	},
	# Those of frappe_crm.WITH_ACTIVITIES.
	"CRM Lead": {"on_trash": "c2c_frappe.frappe_crm.mirrored.forget_record"},
	"CRM Deal": {"on_trash": "c2c_frappe.frappe_crm.mirrored.forget_record"},
	"*": {
		"on_change": "c2c_frappe.phone_book.index.follow",
		"after_rename": "c2c_frappe.phone_book.index.follow_rename",
		"after_delete": "c2c_frappe.phone_book.index.follow_delete",
	},
}

scheduler_events = {
	"cron": {
		"* * * * *": [
			"c2c_frappe.call_log.dial_guard.sweep",
			"c2c_frappe.frappe_crm.popups.close_forgotten",
			"c2c_frappe.events.intake.retry_waiting",
			"c2c_frappe.automation.drain.run",
			"c2c_frappe.desk.follow_ups.tell_due",
			"c2c_frappe.phone_book.backfill.schedule",
			"c2c_frappe.setup.onboarding.refresh",
		],
		"*/5 * * * *": ["c2c_frappe.events.reconcile.schedule", "c2c_frappe.events.polling.schedule"],
	},
	"hourly": ["c2c_frappe.phone_book.index.forget_gone_doctypes"],
	"daily_long": ["c2c_frappe.desk.recordings.delete_old"],
}

# Frappe CRM's own pages call through this app; where CRM is not installed nobody asks for these.
override_whitelisted_methods = {
	"crm.integrations.api.is_call_integration_enabled": "c2c_frappe.api.frappe_crm.is_call_integration_enabled",
	"crm.integrations.exotel.handler.make_a_call": "c2c_frappe.api.frappe_crm.make_a_call",
	"crm.integrations.api.get_recording_url": "c2c_frappe.api.frappe_crm.get_recording_url",
	"crm.integrations.api.get_contact_by_phone_number": "c2c_frappe.api.frappe_crm.get_contact_by_phone_number",
}

c2c_call_changed = ["c2c_frappe.events.missed_calls.end_when_called_back"]

additional_timeline_content = {"*": ["c2c_frappe.desk.timeline.calls_of"]}

override_doctype_dashboards = {
	"Lead": ["c2c_frappe.desk.connections.of_lead"],
	"Contact": ["c2c_frappe.desk.connections.of_contact"],
	"Customer": ["c2c_frappe.desk.connections.of_customer"],
	"Supplier": ["c2c_frappe.desk.connections.of_supplier"],
	"Opportunity": ["c2c_frappe.desk.connections.of_opportunity"],
	"Prospect": ["c2c_frappe.desk.connections.of_prospect"],
	"CRM Lead": ["c2c_frappe.desk.connections.of_crm_lead"],
	"CRM Deal": ["c2c_frappe.desk.connections.of_crm_deal"],
}

# Deleting a lead keeps its calls; they are what was said, not part of the lead.
ignore_links_on_delete = ["PBX Call Log", "PBX Event", "PBX Call Change", "PBX Caller Lead", "PBX Call List Entry"]
default_log_clearing_doctypes = {"PBX Call Log": 730, "PBX Event": 90, "PBX Call Change": 30}
