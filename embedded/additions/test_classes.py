# ruff: noqa: F821 - written at the end of frappe/tests/compat.py, whose names it uses.
# The helpers of Frappe 15's and 16's test classes (added by embedded/unpack.py); the wheel left them out.
from unittest.mock import patch as _patch


class _Helpers:
	@contextmanager
	def change_settings(self, doctype, settings_dict=None, /, commit=False, **settings):
		wanted = {**(settings_dict or {}), **settings}
		before = frappe.get_doc(doctype)
		old = {key: before.get(key) for key in wanted}

		def put(values):
			doc = frappe.get_doc(doctype)
			doc.update(values)
			doc.save(ignore_permissions=True)
			frappe.db.value_cache.clear()
			if commit:
				frappe.db.commit()

		put(wanted)
		try:
			yield before
		finally:
			put(old)

	@contextmanager
	def freeze_time(self, time_to_freeze, is_utc=False, *args, **kwargs):
		from zoneinfo import ZoneInfo

		from freezegun import freeze_time

		if not is_utc:
			zone = ZoneInfo(frappe.utils.get_system_timezone())
			here = frappe.utils.get_datetime(time_to_freeze).replace(tzinfo=zone)
			time_to_freeze = here.astimezone(datetime.timezone.utc).replace(tzinfo=None)
		with freeze_time(time_to_freeze, *args, **kwargs):
			yield

	@contextmanager
	def assertQueryCount(self, count, query_type=None):
		queries, original = [], frappe.db.__class__.sql

		def sql(self_, *args, **kwargs):
			queries.append(args[:1])
			return original(self_, *args, **kwargs)

		with _patch.object(frappe.db.__class__, "sql", sql):
			yield
		self.assertLessEqual(len(queries), count, queries)

	@contextmanager
	def patch_hooks(self, overrides):
		original = frappe.get_hooks

		def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
			return overrides[hook] if hook in overrides else original(hook, default, app_name)

		with _patch.object(frappe, "get_hooks", get_hooks):
			yield

	@contextmanager
	def primary_connection(self):
		yield


class FrappeTestCase(_Helpers, FrappeTestCase):
	pass


class IntegrationTestCase(FrappeTestCase):
	pass


class UnitTestCase(FrappeTestCase):
	pass


def change_settings(*args, **kwargs):
	return _Helpers().change_settings(*args, **kwargs)
