"""The table of contents Frappe reads. Data only: every public name here becomes a hook."""

app_name = "c2c_frappe"
app_title = "Click to Call"
app_publisher = "The c2c_frappe contributors"
app_description = "Click-to-call for ERPNext and Frappe, for any PBX"
app_email = "hello@c2c-frappe.example"
app_license = "GPL-3.0-or-later"
