"""Commands run by the environment's Python inside an embedded site (working directory: the folder `sites`).

What `bench` does on a real one: new-site, install, uninstall, migrate, serve, work, schedule, test.
Never builds anything and never looks outside the site.
"""

import json
import os
import sys
import time
import unittest
from pathlib import Path

import frappe

# Seconds between two looks at which scheduled jobs are due.
SCHEDULER_TICK = 15

LABEL = (
	b'<div style="position:fixed;bottom:0;left:50%;transform:translateX(-50%);z-index:2000;padding:1px 8px;'
	b'font:11px sans-serif;color:#5c3b00;background:#ffe8bd;border-radius:4px 4px 0 0;pointer-events:none">'
	b"Frappe 16 on SQLite, unofficial build</div>"
)


def connected(function):
	"""Run a command with the site connected, and commit at its end."""

	def command(*arguments):
		frappe.init()
		frappe.connect()
		try:
			function(*arguments)
			frappe.db.commit()
		finally:
			frappe.destroy()

	return command


def new_site(admin_password):
	"""Make the database and answer the setup wizard's questions."""
	from frappe.installer import _init_database

	frappe.init()
	_init_database(db_name="site", admin_password=admin_password, db_type="sqlite")
	settings = frappe.get_doc("System Settings")
	settings.update({"country": "United Kingdom", "time_zone": "Europe/London", "language": "en"})
	settings.update({"currency": "GBP", "setup_complete": 1, "enable_scheduler": 1})
	settings.update({"date_format": "yyyy-mm-dd", "time_format": "HH:mm:ss", "number_format": "#,###.##"})
	settings.flags.ignore_mandatory = True
	settings.save()
	for name in ("Administrator", "Guest"):
		user = frappe.get_doc("User", name)
		user.time_zone = settings.time_zone
		user.save()
	frappe.db.set_default("desktop:home_page", "workspace")
	frappe.db.commit()
	frappe.destroy()


@connected
def install(app):
	from frappe.installer import install_app

	install_app(app, set_as_patched=True)


@connected
def uninstall(app):
	from frappe.installer import remove_app

	remove_app(app, yes=True, no_backup=True)


def migrate():
	from frappe.migrate import SiteMigration

	SiteMigration(skip_search_index=True).run(site=frappe.default_site("."))


def serve():
	"""The web server, with as many threads as there are requests, and the label on every page."""
	import frappe.app
	from werkzeug.middleware.shared_data import SharedDataMiddleware
	from werkzeug.serving import run_simple

	config = frappe.get_common_site_config()
	files = os.path.abspath(os.path.join(frappe.default_site("."), "public/files"))
	served = {"/assets": os.path.abspath("assets"), "/files": files}
	application = SharedDataMiddleware(labelled(frappe.app.application), served)
	run_simple("127.0.0.1", config["webserver_port"], application, threaded=True)


def labelled(application):
	"""Put the label into every HTML page: nobody must take this for a Frappe release."""
	from werkzeug.wrappers import Response

	def with_label(environ, start_response):
		response = Response.from_app(application, environ, buffered=True)
		if response.mimetype == "text/html" and not response.direct_passthrough:
			response.data = response.data.replace(b"</body>", LABEL + b"</body>")
		return response(environ, start_response)

	return with_label


def work():
	from frappe.utils.background_jobs import start_worker

	start_worker(None, quiet=True)


def schedule():
	"""Put due jobs into the queue, as Frappe's own scheduler does (the wheel's calls itself in circles)."""
	from frappe.utils.scheduler import enqueue_events, is_scheduler_inactive

	while True:
		time.sleep(SCHEDULER_TICK)
		frappe.init(force=True)
		frappe.connect()
		try:
			if not is_scheduler_inactive(verbose=False):
				enqueue_events()
				frappe.db.commit()
		except Exception:  # noqa: BLE001 - the next look must come whatever this one met
			frappe.db.rollback()
			print(frappe.get_traceback(), flush=True)
		finally:
			frappe.destroy()


def test(report, *modules):
	"""Run the app's test modules as `bench run-tests` does and write the counts."""
	frappe.init()
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.in_test = frappe.flags.in_test = True
	for method in frappe.get_hooks("before_tests"):
		frappe.get_attr(method)()
	names = modules or test_modules("c2c_frappe")
	suite = unittest.defaultTestLoader.loadTestsFromNames(names)
	began = time.monotonic()
	result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
	Path(report).write_text(json.dumps(counted(result, time.monotonic() - began)))
	frappe.destroy()


def test_modules(app):
	"""Dotted names of all test_*.py of an app, in its tests folder and beside its DocTypes."""
	root = Path(frappe.get_app_source_path(app))
	files = sorted((root / app).rglob("test_*.py"))
	return [".".join(file.relative_to(root).with_suffix("").parts) for file in files]


def counted(result, seconds):
	failed = [str(case) for case, _ in (*result.failures, *result.errors)]
	failed += [str(case) for case in result.unexpectedSuccesses]
	reasons = {}
	for _, reason in result.skipped:
		reasons[reason] = reasons.get(reason, 0) + 1
	return {
		"ran": result.testsRun,
		"failed": len(failed),
		"skipped": len(result.skipped),
		"seconds": round(seconds, 1),
		"failures": failed,
		"reasons": reasons,
	}


COMMANDS = {
	"new-site": new_site,
	"install": install,
	"uninstall": uninstall,
	"migrate": migrate,
	"serve": serve,
	"work": work,
	"schedule": schedule,
	"test": test,
}

if __name__ == "__main__":
	COMMANDS[sys.argv[1]](*sys.argv[2:])
