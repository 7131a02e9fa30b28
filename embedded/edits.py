"""What is changed in the unpacked package, as data: each old text must be there exactly once.

The wheel is Frappe 16 cut down to one app and one site configured by environment variables. These edits
give it back what an app and its tests meet on a bench: several apps, a site folder with its
site_config.json, install and uninstall, the test classes. Nothing here changes how the Desk looks or works.
"""

# Old module name: (where the wheel has it, whether it is a package).
ALIASES = {
	"frappe.modules": ("frappe.model.module_utils", True),
	"frappe.modules.utils": ("frappe.model.module_utils", False),
	"frappe.modules.import_file": ("frappe.model.import_doc", False),
	"frappe.modules.export_file": ("frappe.model.export", False),
	"frappe.modules.patch_handler": ("frappe.patches", False),
	"frappe.commands": ("frappe.cli_impl", True),
}

# File: additions (in embedded/additions) written at its end.
APPENDED = {
	"__init__.py": ("several_apps.py",),
	"config.py": ("site_config.py",),
	"installer.py": ("uninstall.py",),
	"tests/compat.py": ("test_classes.py",),
	"tests/utils/__init__.py": ("test_utils.py",),
}

_SEVERAL_APPS = {
	"hooks.py": [("/frappe/images/frappe-logo.svg", "/frappe/images/frappe-framework-logo.svg")],
	"__init__.py": [
		('__version__ = "0.0.1"', '__version__ = "16.0.0"'),
		# A site has a folder and a name, and a process may choose among sites.
		(
			"def init(force: bool = False) -> None:\n",
			'def init(site=None, sites_path=".", new_site=False, force=False) -> None:\n',
		),
		(
			"	local.app_path = os.getcwd()\n",
			"	local.sites_path = local.app_path = os.path.abspath(sites_path)\n",
		),
		(
			"	local.site_path = os.getcwd()\n",
			"	local.site = site or default_site(local.sites_path)\n"
			"	local.site_path = os.path.join(local.sites_path, local.site)\n",
		),
		(
			"	local.conf = get_site_config(cached=bool(frappe.request))\n",
			"	local.conf = get_site_config()\n",
		),
		# A Single has no table, so the wheel never believes that the setup wizard was answered.
		('	if not frappe.db.table_exists("System Settings"):\n		return False\n', ""),
		("		init()\n\n	conf = local.conf\n", "		init(site)\n\n	conf = local.conf\n"),
		(
			"		self.site = site\n\n	def __enter__(self):\n		init()\n",
			"		self.site = site\n\n	def __enter__(self):\n		init(self.site)\n",
		),
	],
	"model/sync.py": [
		(
			'	sync_for("frappe", force, reset_permissions=reset_permissions)\n',
			"	for app in frappe.get_installed_apps():\n"
			"		sync_for(app, force, reset_permissions=reset_permissions)\n",
		),
	],
	"patches.py": [
		(
			'	return get_patches_from_app("frappe", patch_type=patch_type)\n',
			"	return [\n"
			"		patch\n"
			"		for app in frappe.get_installed_apps()\n"
			"		for patch in get_patches_from_app(app, patch_type=patch_type)\n"
			"	]\n",
		),
	],
	"boot.py": [
		(
			'	for app_name in ["frappe"]:\n		apps = frappe.get_hooks("add_to_apps_screen")\n',
			"	for app_name in frappe.get_installed_apps():\n"
			'		apps = frappe.get_hooks("add_to_apps_screen", app_name=app_name)\n',
		),
		(
			'	for app in ["frappe"]:\n		app_path',
			"	for app in frappe.get_installed_apps():\n		app_path",
		),
		(
			'		app_title_hooks = frappe.get_hooks("app_title")\n',
			'		app_title_hooks = frappe.get_hooks("app_title", app_name=app_name)\n',
		),
		(
			'		app_home_hooks = frappe.get_hooks("app_home")\n',
			'		app_home_hooks = frappe.get_hooks("app_home", app_name=app_name)\n',
		),
		(
			'		app_logo_hooks = frappe.get_hooks("app_logo_url")\n',
			'		app_logo_hooks = frappe.get_hooks("app_logo_url", app_name=app_name)\n',
		),
	],
	"apps.py": [
		(
			'		app_details = frappe.get_hooks("add_to_apps_screen")\n		if not len(app_details):\n',
			'		app_details = frappe.get_hooks("add_to_apps_screen", app_name=app)\n		if not len(app_details):\n',
		),
	],
	"utils/change_log.py": [
		(
			"		app_hooks = frappe.get_hooks()\n		versions[app]",
			"		app_hooks = frappe.get_hooks(app_name=app)\n		versions[app]",
		),
	],
	"utils/__init__.py": [
		(
			'	return os.environ.get("FRAPPE_BENCH_ROOT") or os.getcwd()\n',
			'	return os.environ.get("FRAPPE_BENCH_ROOT") or os.path.dirname(os.getcwd())\n',
		),
		(
			'always returns [\'frappe\'].\n	"""\n	return ["frappe"]\n',
			'the only one.\n	"""\n	return [frappe.get_site_name()]\n',
		),
	],
	"utils/installed_apps.py": [
		(
			'always frappe."""\n	return ["frappe"]\n',
			'always all."""\n	return frappe.get_installed_apps()\n',
		),
	],
}

_INSTALL = {
	"installer.py": [
		(
			'	if name != "frappe":\n'
			'		raise ValueError("Single-tenant: only frappe can be installed. Use frappe new to create a project.")\n',
			"",
		),
		("	app_hooks = frappe.get_hooks()\n", "	app_hooks = frappe.get_hooks(app_name=name)\n"),
		(
			'	"""No-op in single-tenant: installed apps are fixed as [\'frappe\']."""\n',
			"	installed = frappe.get_installed_apps()\n"
			"	if app_name not in installed:\n"
			'		frappe.db.set_global("installed_apps", json.dumps([*installed, app_name]))\n'
			"		frappe.db.commit()\n"
			"		frappe.clear_cache()\n",
		),
		# The database the wheel starts from has Frappe's own modules already.
		(
			"	add_module_defs(name, ignore_if_duplicate=force)\n	sync_for",
			'	if name != "frappe":\n		add_module_defs(name, ignore_if_duplicate=force)\n	sync_for',
		),
	],
}

_DATABASE = {
	# mysqlclient needs a compiler and MariaDB's headers, which a try-out on SQLite has no use for.
	"app.py": [("import frappe.database.mariadb.mysqlclient", "import frappe.database.sqlite.database")],
	"database/sqlite/database.py": [
		# SQLite has concat from 3.44 on; Debian 12 and Ubuntu 22.04 have older ones.
		(
			'		conn.create_function("regexp", 2, regexp)\n',
			'		conn.create_function("regexp", 2, regexp)\n'
			'		conn.create_function("concat", -1, lambda *parts: "".join(str(p) for p in parts if p is not None))\n',
		),
		# A transaction that read before it writes fails at once when another process wrote in between, however
		# long it may wait. So none begins before the first write, and that one waits for its turn.
		(
			"		return sqlite3.connect(db_path, detect_types=sqlite3.PARSE_DECLTYPES, timeout=15)\n",
			"		return sqlite3.connect(\n"
			'			db_path, detect_types=sqlite3.PARSE_DECLTYPES, timeout=30, isolation_level="IMMEDIATE"\n'
			"		)\n",
		),
		('"busy_timeout": 5000', '"busy_timeout": 30000'),
		(
			'		try:\n			self.sql("BEGIN")\n'
			"		except sqlite3.OperationalError as e:\n"
			"			if not self.is_nested_transaction_error(e):\n"
			"				raise e\n",
			"",
		),
		# A savepoint outside a transaction would be one of its own, and its release a commit.
		(
			"		return self._cursor.execute(query, values or ())\n",
			'		if query.lower().startswith("savepoint") and not self._conn.in_transaction:\n'
			'			self._cursor.execute("BEGIN IMMEDIATE")\n'
			"		return self._cursor.execute(query, values or ())\n",
		),
	],
	# Frappe's own fork of pypika has these; the one on the registry has not.
	"query_builder/builder.py": [
		(
			"return super()._builder(*args, wrapper_cls=SQLiteParameterizedValueWrapper, **kwargs)",
			"return _SQLiteBuilder(*args, **kwargs)",
		),
		(
			"class SQLite(Base, SQLLiteQuery):",
			"class _SQLiteBuilder(SQLLiteQueryBuilder):\n"
			"	def __init__(self, **kwargs):\n"
			"		super().__init__(**kwargs)\n"
			"		self._wrapper_cls = SQLiteParameterizedValueWrapper\n\n"
			"	def for_update(self, *args, **kwargs):\n"
			"		return self\n\n"
			"	def _insert_sql(self, **kwargs):\n"
			'		ignore = "OR IGNORE " if self._ignore else ""\n'
			'		return f"INSERT {ignore}INTO {self._insert_table.get_sql(**kwargs)}"\n\n\n'
			"class SQLite(Base, SQLLiteQuery):",
		),
	],
}

_PYTHON_311 = {
	"desk/doctype/event/event.py": [
		("	type EventLikeDict = Event | frappe._dict\n", "	EventLikeDict = Event | frappe._dict\n"),
	],
}

EDITS = {**_SEVERAL_APPS, **_INSTALL, **_DATABASE, **_PYTHON_311}
