# ruff: noqa: F821 - written at the end of frappe/__init__.py, whose names it uses.
# Several apps again (added by embedded/unpack.py): as on a bench, apps.txt says which are there and the
# site's global default `installed_apps` says which are installed.


def default_site(sites_path):
	return os.environ.get("FRAPPE_SITE") or get_file_items(os.path.join(sites_path, "currentsite.txt"))[0]


def get_site_name():
	return getattr(local, "site", None) or default_site(".")


def get_all_apps(with_internal_apps=True, sites_path=None):
	return get_file_items(os.path.join(sites_path or local.sites_path, "apps.txt"))


def get_installed_apps(*, _ensure_on_bench=False):
	if getattr(flags, "in_install_db", True):
		return []
	if not db:
		connect()
	installed = json.loads(db.get_global("installed_apps") or "[]")
	return [app for app in installed if app in get_all_apps()] if _ensure_on_bench else installed


def get_app_path(app_name, *joins):
	return get_pymodule_path(app_name, *joins)


def get_app_source_path(app_name, *joins):
	return get_app_path(app_name, "..", *joins)


def get_module_list(app_name="frappe"):
	return get_file_items(get_app_path(app_name, "modules.txt"))


def _load_app_hooks(app_name=None):
	import types

	def is_hook(value):
		return not isinstance(value, (types.ModuleType, types.FunctionType, type))

	hooks = {}
	for app in [app_name] if app_name else get_installed_apps(_ensure_on_bench=True):
		for key, value in inspect.getmembers(get_module(f"{app}.hooks"), predicate=is_hook):
			if not key.startswith("_"):
				append_hook(hooks, key, value)
	return hooks


_site_cached_load_app_hooks = site_cache(_load_app_hooks)


def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
	if app_name:
		hooks = _load_app_hooks(app_name)
	elif local.conf.developer_mode:
		hooks = _site_cached_load_app_hooks()
	else:
		hooks = client_cache.get_value("app_hooks")
		if hooks is None:
			hooks = _load_app_hooks()
			client_cache.set_value("app_hooks", hooks)
	if hook:
		return hooks.get(hook, ([] if default == "_KEEP_DEFAULT_LIST" else default))
	return _dict(hooks)


def setup_module_map(include_all_apps=True):
	local.app_modules = {app: [scrub(module) for module in get_module_list(app)] for app in get_all_apps()}
	local.module_app = {module: app for app, modules in local.app_modules.items() for module in modules}
