# ruff: noqa: F821 - written at the end of frappe/installer.py, whose names it uses.
# Uninstalling an app again (added by embedded/unpack.py), in the order of Frappe's own remove_app.


def remove_from_installed_apps(app_name):
	installed = [app for app in frappe.get_installed_apps() if app != app_name]
	frappe.db.set_global("installed_apps", json.dumps(installed))
	frappe.db.commit()
	frappe.clear_cache()
	frappe.local.doc_events_hooks = None


def remove_app(app_name, dry_run=False, yes=False, no_backup=False, force=False):
	hooks = frappe.get_hooks(app_name=app_name)
	frappe.flags.in_uninstall = True
	for method in hooks.before_uninstall or []:
		frappe.get_attr(method)()
	for method in frappe.get_hooks("before_app_uninstall"):
		frappe.get_attr(method)(app_name)
	modules = frappe.get_all("Module Def", filters={"app_name": app_name}, pluck="name")
	_delete_doctypes(_delete_modules(modules, dry_run=dry_run), dry_run=dry_run)
	if not dry_run:
		remove_from_installed_apps(app_name)
	for method in hooks.after_uninstall or []:
		frappe.get_attr(method)()
	for method in frappe.get_hooks("after_app_uninstall"):
		frappe.get_attr(method)(app_name)
	frappe.flags.in_uninstall = False
