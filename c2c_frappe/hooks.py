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

before_request = ["c2c_frappe.events.webhook.before_request", "c2c_frappe.call_log.stale.before_request"]

after_install = "c2c_frappe.setup.install.after_install"
after_migrate = "c2c_frappe.setup.install.after_migrate"
after_app_install = "c2c_frappe.setup.install.after_app_install"
after_app_uninstall = "c2c_frappe.phone_book.index.forget_gone_doctypes"
before_uninstall = "c2c_frappe.setup.uninstall.before_uninstall"
after_uninstall = "c2c_frappe.setup.uninstall.after_uninstall"

# Fixtures overwrite on every migrate: only records nobody edits.
fixtures = [{"dt": "Role", "filters": [["name", "in", ["PBX Agent", "PBX Manager"]]]}]

has_permission = {"PBX Call Log": "c2c_frappe.permissions.has_call_permission"}
permission_query_conditions = {"PBX Call Log": "c2c_frappe.permissions.call_conditions"}

doc_events = {
	"User": {
		"validate": "c2c_frappe.accounts.extensions.validate_user",
		"after_rename": "c2c_frappe.personal_data.user_renamed",
	},
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
			"c2c_frappe.events.intake.retry_waiting",
			"c2c_frappe.phone_book.backfill.schedule",
			"c2c_frappe.setup.onboarding.refresh",
		],
		"*/5 * * * *": ["c2c_frappe.events.reconcile.schedule", "c2c_frappe.events.polling.schedule"],
	},
	"hourly": ["c2c_frappe.phone_book.index.forget_gone_doctypes"],
	"daily_long": ["c2c_frappe.desk.recordings.delete_old"],
}

additional_timeline_content = {"*": ["c2c_frappe.desk.timeline.calls_of"]}

override_doctype_dashboards = {
	"Lead": ["c2c_frappe.desk.connections.of_lead"],
	"Contact": ["c2c_frappe.desk.connections.of_contact"],
	"Customer": ["c2c_frappe.desk.connections.of_customer"],
	"Supplier": ["c2c_frappe.desk.connections.of_supplier"],
	"Opportunity": ["c2c_frappe.desk.connections.of_opportunity"],
	"Prospect": ["c2c_frappe.desk.connections.of_prospect"],
}

# Deleting a lead keeps its calls; they are what was said, not part of the lead.
ignore_links_on_delete = ["PBX Call Log", "PBX Event"]
default_log_clearing_doctypes = {"PBX Call Log": 730, "PBX Event": 90}
