"""The reports that answer a manager's questions: when, what came of it, who waits, who talks; each by its reader's rights."""

from __future__ import annotations

import frappe
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.desk.form import assign_to
from frappe.desk.query_report import get_script, run
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, today

from c2c_frappe.desk import board
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import SiteCase
from c2c_frappe.tests.test_cost import Meter

SPAN = {"from_date": add_days(today(), -1), "to_date": today()}
CALLER = "+447700900321"


class ReportCase(SiteCase):
	def make_call(self, agent=site.AGENT, status="Completed", **more):
		when = more.pop("at", now_datetime())
		call = {"doctype": "PBX Call Log", "direction": "Outgoing", "agent": agent, "status": status}
		call |= {"requested_at": when, "account": site.COMMPEAK, "duration": 0, **more}
		return frappe.get_doc(call).insert(ignore_permissions=True).name

	def read(self, report, user=site.MANAGER, **filters):
		"""Return the rows of a report, the one of totals last."""
		with site.as_user(user):
			answer = run(report, {**SPAN, **filters}, ignore_prepared_report=True)
		self.figures = {each["label"]: each["value"] for each in answer.get("report_summary") or []}
		self.chart = answer.get("chart")
		return answer["result"]


class TestManagersReports(ReportCase):
	def setUp(self):
		super().setUp()
		self.make_call(duration=60)
		self.make_call(status="No Answer")
		self.make_call(status="Canceled")
		self.make_call(status="Failed", failure_code="agent_unreachable")
		self.make_call(status="Failed", failure_code="do_not_call")
		self.make_call(direction="Incoming", duration=120)
		self.make_call(direction="Incoming", status="No Answer")
		self.make_call(direction="Internal", duration=999)
		self.make_call(site.OTHER_AGENT, duration=30, disposition="Interested")
		frappe.db.commit()

	def test_incoming_calls_are_counted_apart_and_only_the_customers_no_lowers_the_rate(self):
		rows = self.read("Talk Time by Agent", agent=site.AGENT)
		row, total = rows
		self.assertEqual((row["placed"], row["answered"], row["connect_rate"]), (4, 1, 50))
		self.assertEqual((row["incoming"], row["incoming_answered"], row["talked"]), (2, 1, 2))
		self.assertEqual(
			(row["talk_time"], row["incoming_talk_time"], row["average_talk_time"]), (60, 120, 90)
		)
		self.assertEqual({**total, "group": row["group"], "is_total": None}, {**row, "is_total": None})

	def test_days_that_are_none_are_refused_or_set_no_bound(self):
		reports = ("Call Activity", "Missed Calls", "Talk Time by Agent", "Leads Nobody Called")
		for report in reports:
			for days in (["2026-01-01"], {"a": 1}, "banana"):
				with self.subTest(report=report, days=days), self.assertRaises(frappe.ValidationError):
					self.read(report, from_date=days)
				frappe.clear_messages()
		days = {"from_date": "0001-01-01", "to_date": "9999-12-31"}
		self.assertEqual(self.read("Talk Time by Agent", **days), self.read("Talk Time by Agent"))

	def test_hour_without_a_call_that_could_be_answered_has_no_rate(self):
		self.make_call(status="Canceled", at=get_datetime(f"{today()} 03:00:00"))
		*_rows, total = self.read("Calls by Hour and Weekday", show="connect_rate")
		self.assertIsNone(total["h03"])

	def test_agents_name_is_no_formula(self):
		before = frappe.db.get_value("User", site.OTHER_AGENT, "first_name")
		self.addCleanup(frappe.db.set_value, "User", site.OTHER_AGENT, "first_name", before)
		frappe.db.set_value("User", site.OTHER_AGENT, "first_name", "=1+1")
		frappe.local.fullnames = {}
		self.addCleanup(setattr, frappe.local, "fullnames", {})
		missed = {"direction": "Incoming", "status": "No Answer", "dialed_number": CALLER}
		self.make_call(**missed, requested_utc=add_to_date(utc_now(), hours=-1))
		self.make_call(site.OTHER_AGENT, dialed_number=CALLER, requested_utc=utc_now())
		names = [row.get("called_back_by") for row in self.read("Missed Calls", show="called_back")]
		self.assertEqual([name[:2] for name in names], ["'="])

	def test_names_of_all_agents_are_one_statement(self):
		"""Two agents called here; on a floor they are two hundred."""
		acts = {
			"Talk Time by Agent": lambda: self.read("Talk Time by Agent"),
			"Calls by Outcome": lambda: self.read("Calls by Outcome", group_by="Agent"),
			"Today": board.read,
		}
		for place, act in acts.items():
			with self.subTest(place):
				self.assertEqual(self.statements_for_names(act), 1)

	def statements_for_names(self, act) -> int:
		def ask():
			frappe.local.fullnames = {}
			act()

		return sum("first_name" in text and "tabUser" in text for text in Meter().measure(ask).statements)

	def test_user_permissions_on_accounts_hold_as_in_lists(self):
		self.make_call(account=site.PRIMEVOX, direction="Incoming", status="No Answer", dialed_number=CALLER)
		permitted = {"user": site.MANAGER, "allow": "PBX Account", "for_value": site.PRIMEVOX}
		permission = frappe.get_doc({"doctype": "User Permission", **permitted}).insert()
		self.addCleanup(frappe.delete_doc, "User Permission", permission.name, force=True)
		rows = self.read("Talk Time by Agent")
		self.assertEqual((rows[-1]["placed"], rows[-1]["incoming"]), (0, 1))
		with site.as_user(site.MANAGER):
			listed = frappe.get_list(
				"PBX Call Log", {"requested_at": (">=", SPAN["from_date"])}, pluck="account"
			)
		self.assertEqual(listed, [site.PRIMEVOX])

	def test_whoever_is_assigned_a_call_finds_it_in_list_and_report(self):
		call = self.make_call()
		with site.as_user(site.MANAGER):
			assign_to.add({"doctype": "PBX Call Log", "name": call, "assign_to": [site.OTHER_AGENT]})
		self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": call})
		(_own, _assigned, total) = self.read("Talk Time by Agent", site.OTHER_AGENT)
		self.assertEqual(total["placed"], 2)

	def test_filters_of_garbage_are_no_fault(self):
		for filters in (
			{"agent": ["like", "%"]},
			{"account": {"a": 1}},
			{"group_by": "nonsense"},
			{"group_by": ["Day"]},
			{"to_date": "9999-12-31"},
		):
			for report in frappe.get_all("Report", {"module": "Click To Call"}, pluck="name"):
				with self.subTest(report=report, **filters):
					self.assertIsInstance(self.read(report, "Administrator", **filters), list)

	def test_a_refused_call_with_an_outcome_has_no_share(self):
		frappe.db.delete("PBX Call Log", site.OURS)
		self.make_call(status="Failed", failure_code="do_not_call", disposition="Interested")
		rows = self.read("Calls by Outcome")
		self.assertEqual({(row["calls"], row["share"]) for row in rows}, {(0, 0)})

	def test_a_chart_has_no_part_of_nothing_and_no_name_that_is_html(self):
		frappe.db.set_value("User", site.OTHER_AGENT, "first_name", "<b>Mo</b>")
		self.addCleanup(frappe.db.set_value, "User", site.OTHER_AGENT, "first_name", "Mo")
		frappe.local.fullnames = {}
		self.addCleanup(setattr, frappe.local, "fullnames", {})
		frappe.db.delete("PBX Call Log", {"agent": site.OTHER_AGENT})
		self.make_call(site.OTHER_AGENT, duration=3600)
		self.make_call(site.MANAGER, "No Answer")
		self.read("Talk Time by Agent")
		(datasets,) = self.chart["data"]["datasets"]
		self.assertNotIn(0, datasets["values"])
		self.assertEqual(self.chart["data"]["labels"][0], "&lt;b&gt;Mo&lt;/b&gt;")

	def test_totals_rate_all_calls_and_are_no_mean_of_rates(self):
		*_rows, total = self.read("Talk Time by Agent")
		self.assertEqual((total["placed"], total["answered"], total["connect_rate"]), (5, 2, 66.7))

	def test_talk_time_is_summed_by_day_week_and_month_as_by_agent(self):
		for group in ("Agent", "Account", "Day", "Week", "Month"):
			*rows, total = self.read("Talk Time by Agent", group_by=group)
			self.assertEqual(sum(row["all_talk_time"] for row in rows), total["all_talk_time"], group)
			self.assertEqual(total["all_talk_time"], 210, group)

	def test_the_hours_of_a_week_add_up_to_what_call_activity_counts(self):
		activity = [
			row for row in self.read("Call Activity") if row["agent"] in (site.AGENT, site.OTHER_AGENT)
		]
		for show in ("placed", "answered", "incoming", "missed"):
			*days, total = self.read("Calls by Hour and Weekday", show=show)
			self.assertEqual(len(days), 7)
			self.assertEqual(total["all"], sum(day["all"] for day in days), show)
			self.assertEqual(total["all"], sum(row[show] for row in activity), show)
		moment = now_datetime()
		self.assertTrue(days[moment.weekday()][f"h{moment.hour:02}"])

	def test_calls_today_is_the_same_number_on_the_card_and_in_call_activity(self):
		placed = sum(row["placed"] for row in self.read("Call Activity", from_date=today()))
		for card, expected in (
			("PBX Calls Today", placed),
			("PBX Answered Today", 2),
			("PBX Failed Today", 0),
		):
			document = frappe.get_doc("Number Card", card).as_dict()
			with site.as_user(site.MANAGER):
				self.assertEqual(get_result(document, document.filters_json), expected, card)

	def test_an_outcome_is_counted_with_its_calls_and_what_has_none_apart(self):
		rows = {row["outcome"]: row for row in self.read("Calls by Outcome")[:-1]}
		self.assertEqual(
			{name: row["calls"] for name, row in rows.items()}, {"Interested": 1, "No Outcome": 2}
		)
		self.assertEqual(rows["Interested"]["share"], 33.3)
		self.assertEqual(self.figures, {"With an Outcome": 1, "No Outcome": 2})
		by_agent = self.read("Calls by Outcome", group_by="Agent")
		self.assertEqual([row["calls"] for row in by_agent], [2, 1, 3])

	def test_an_agent_reads_own_calls_only(self):
		*_rows, total = self.read("Talk Time by Agent", site.OTHER_AGENT)
		self.assertEqual((total["placed"], total["all_talk_time"]), (1, 30))
		*_rows, total = self.read("Calls by Hour and Weekday", site.OTHER_AGENT)
		self.assertEqual(total["all"], 1)
		*_rows, total = self.read("Calls by Outcome", site.OTHER_AGENT)
		self.assertEqual(total["calls"], 1)
		self.assertEqual(self.read("Missed Calls", site.OTHER_AGENT), [])

	def test_every_report_brings_the_filters_all_share(self):
		for report in frappe.get_all("Report", {"module": "Click To Call"}, pluck="name"):
			with self.subTest(report):
				script = get_script(report)["script"]
				self.assertIn("function c2c_call_filters(", script)
				self.assertIn(f'frappe.query_reports["{report}"]', script)

	def test_who_may_read_no_calls_reads_no_report(self):
		for report in (
			"Calls by Hour and Weekday",
			"Calls by Outcome",
			"Missed Calls",
			"Leads Nobody Called",
		):
			with self.subTest(report), site.as_user(site.NOBODY):
				self.assertRaises(frappe.PermissionError, run, report, SPAN)


class TestMissedCallsReport(ReportCase):
	def setUp(self):
		super().setUp()
		self.began = get_datetime(today())
		missed = {"direction": "Incoming", "status": "No Answer", "number": CALLER, "dialed_number": CALLER}
		self.missed = self.make_call(at=self.began, **missed)
		frappe.db.commit()

	def later(self, minutes, agent, status="No Answer", direction="Outgoing"):
		when = add_to_date(self.began, minutes=minutes)
		self.make_call(agent, status, at=when, direction=direction, number=CALLER, dialed_number=CALLER)

	def test_a_missed_call_is_open_until_its_agent_tries_or_somebody_talks(self):
		self.later(5, site.OTHER_AGENT)
		(row,) = self.read("Missed Calls")
		self.assertEqual((row["call"], row["called_back"], row["wait"]), (self.missed, "No", None))
		self.later(20, site.OTHER_AGENT, "Completed")
		self.later(30, site.AGENT)
		(row,) = self.read("Missed Calls")
		self.assertEqual((row["called_back"], row["wait"]), ("Yes", 1200))
		self.assertEqual(row["called_back_by"], frappe.utils.get_fullname(site.OTHER_AGENT))
		self.assertEqual(self.figures, {"Missed": 1, "Not Called Back": 0, "Median Response Time": 1200})

	def test_without_a_first_day_thirty_days_are_read_and_the_report_says_so(self):
		"""A report that is mailed, or asked for by REST, may name no days."""
		old = {"direction": "Incoming", "status": "No Answer", "number": "+447700900322"}
		self.make_call(at=add_days(self.began, -31), dialed_number=old["number"], **old)
		frappe.db.commit()
		with site.as_user(site.MANAGER):
			for asked, numbers in (
				({}, {CALLER}),
				({"to_date": add_days(today(), -2)}, {old["number"]}),
				({"from_date": add_days(today(), -40)}, {CALLER, old["number"]}),
			):
				answer = run("Missed Calls", asked, ignore_prepared_report=True)
				shown = {row["number"] for row in answer["result"] if row["account"] == site.COMMPEAK}
				self.assertEqual(shown, numbers)
				self.assertEqual("30" in (answer.get("message") or ""), "from_date" not in asked)

	def test_a_colleague_who_called_back_is_not_named_to_an_agent(self):
		self.later(20, site.OTHER_AGENT, "Completed")
		(row,) = self.read("Missed Calls", site.AGENT)
		self.assertEqual((row["called_back"], row["called_back_by"]), ("Yes", "A Colleague"))

	def test_missed_calls_are_shown_by_what_became_of_them_and_summed_by_agent(self):
		self.assertEqual(len(self.read("Missed Calls", show="open")), 1)
		self.assertEqual(self.read("Missed Calls", show="called_back"), [])
		row, total = self.read("Missed Calls", group_by="Agent")
		self.assertEqual((row["count"], row["not_called"], total["count"]), (1, 1, 1))


class TestLeadsNobodyCalled(ReportCase):
	def setUp(self):
		super().setUp()
		self.new = crm.make_lead(mobile_no="+44 7700 900998")
		self.addCleanup(frappe.delete_doc, "Lead", self.new, force=True)
		frappe.db.set_value("Lead", self.new, "creation", get_datetime(today()))
		frappe.db.commit()

	def test_a_new_lead_is_listed_until_somebody_called_it(self):
		self.call("Failed", 5, failure_code="do_not_call")
		self.assertIn(self.new, self.listed())
		self.call("No Answer", 15)
		self.call("Completed", 25)
		self.assertNotIn(self.new, self.listed())
		row = self.listed(show="called")[self.new]
		self.assertEqual((row["wait"], row["called_by"]), (900, frappe.utils.get_fullname(site.AGENT)))

	def call(self, status, minutes, **more):
		when = add_to_date(get_datetime(today()), minutes=minutes)
		self.make_call(status=status, at=when, reference_doctype="Lead", reference_name=self.new, **more)

	def listed(self, user="Administrator", **filters):
		return {row["lead"]: row for row in self.read("Leads Nobody Called", user, **filters)}

	def test_it_is_summed_by_owner_and_by_day(self):
		for group in ("Owner", "Day", "Week", "Month"):
			*rows, total = self.read("Leads Nobody Called", "Administrator", group_by=group)
			self.assertEqual(sum(row["count"] for row in rows), total["count"], group)

	def test_who_may_read_no_leads_reads_none(self):
		with self.assertRaises(frappe.PermissionError):
			self.listed(site.MANAGER)
