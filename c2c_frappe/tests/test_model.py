"""Whatever happens in whatever order: no dial nobody asked for, a row for each, and rows that are true. See model.py."""

from __future__ import annotations

from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.races import RaceCase, make_racers


class TestModel(RaceCase):
	@classmethod
	def prepare(cls):
		make_racers()

	def test_whatever_happens_in_whatever_order_the_log_is_true_and_no_call_is_placed_twice(self):
		try:
			from c2c_frappe.tests import model
		except ImportError:
			self.skipTest("hypothesis is not installed on this bench.")
		self.point_accounts_at(self.simulator.url, connect_timeout=1, read_timeout=1)
		site.change_settings(repeat_window=3600)
		model.explore(self)
