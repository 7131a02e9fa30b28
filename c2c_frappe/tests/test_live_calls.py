"""Calls nobody clicked, as a listener hears them of a real Asterisk: one row each, and a card on each phone that rings.

The events are recordings (tests/events/asterisk_floor), as if they came now. With an Asterisk that runs: tests/faults and
tests/browser.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import frappe

from c2c_frappe.accounts import providers
from c2c_frappe.desk import timeline
from c2c_frappe.events import live_calls, polling
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT, SiteCase
from c2c_frappe.tests.test_asterisk_account import ASTERISK, make_account

RECORDINGS = Path(__file__).resolve().parents[2] / "tests/events/asterisk_floor"
CALLER, DIALED = "+447700900801", "+447700900121"
FIELDS = (
	"name", "direction", "status", "agent", "extension", "number", "reference_name", "failure_code", "duration", "answered_at",
	"ended_at", "called_number", "queue", "transferred_to", "ended_by", "missed_call_task",
)  # fmt: skip
LONG_AFTER = 10_000
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")


def recorded(name: str, prefix: str = "lab") -> list[dict]:
	"""Return the events of a kind of call as if it had begun now, with ids that begin with this."""
	text = (RECORDINGS / f"{name}.jsonl").read_text()
	moments = {each: datetime.fromisoformat(each) for each in set(_TIMESTAMP.findall(text))}
	shift = datetime.utcnow() - min(moments.values())
	for written, moment in moments.items():
		text = text.replace(f'"{written}', f'"{(moment + shift).isoformat(timespec="milliseconds")}')
	return [json.loads(line) for line in text.replace("lab-", f"{prefix}-").splitlines()[1:]]


class LiveCase(SiteCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.caller = crm.make_lead(mobile_no=CALLER, phone=crm.LANDLINE)
		cls.customer = crm.make_lead(mobile_no=DIALED, phone=crm.LANDLINE)
		for lead in (cls.caller, cls.customer):
			cls.addClassCleanup(crm.delete_past_checks, "Lead", lead)

	def setUp(self):
		super().setUp()
		make_account()
		self.configure()
		site.give_extension(AGENT, "1101", ASTERISK)
		site.give_extension(OTHER_AGENT, "1102", ASTERISK)
		self.forget()
		self.addCleanup(self.forget)
		frappe.db.commit()

	def forget(self) -> None:
		pbx_events.forget()
		frappe.db.delete("ToDo", {"allocated_to": site.OURS["agent"]})
		frappe.db.delete("PBX Call Log", {"account": ASTERISK})
		frappe.db.commit()

	def configure(self, **values) -> None:
		"""Set what the account says of calls nobody clicked, and take up a tracker as a listener that starts."""
		usual = {"ari_prefixes": "", "ari_trunks": "", "log_internal_calls": 0}
		frappe.db.set_value("PBX Account", ASTERISK, {**usual, **values})
		frappe.db.commit()
		self.provider = providers.provider_of(frappe.get_doc("PBX Account", ASTERISK))
		self.tracker = self.provider.call_tracker()

	def hear(self, events) -> None:
		for event in events:
			for update in self.tracker.feed(event, 0):
				live_calls.receive(ASTERISK, update)

	def end(self) -> None:
		for update in self.tracker.settle(LONG_AFTER):
			live_calls.receive(ASTERISK, update)

	def made(self, name: str) -> dict:
		"""Let a kind of call happen, and return its row."""
		self.hear(recorded(name))
		self.end()
		return self.row()

	def rows(self) -> list[dict]:
		return frappe.get_all("PBX Call Log", {"account": ASTERISK}, FIELDS, order_by="requested_utc")

	def row(self) -> dict:
		(row,) = self.rows()
		return row

	@contextmanager
	def cards(self):
		"""Collect (user, news) of all that goes out about calls."""
		sent: list[tuple[str, dict]] = []
		with patch.object(frappe, "publish_realtime") as publish:
			yield sent
		for call in publish.call_args_list:
			if call.args[0] == "pbx_call":
				sent.append((call.kwargs["user"], call.args[1]))


class TestRows(LiveCase):
	def test_call_that_came_in_is_a_row_of_who_answered_it(self):
		row = self.made("the_agent_hangs_up")
		self.assertEqual((row.direction, row.status, row.agent), ("Incoming", "Completed", AGENT))
		self.assertEqual((row.number, row.reference_name, row.extension), (CALLER, self.caller, "1101"))
		self.assertEqual((row.called_number, row.ended_by, row.missed_call_task), ("201", "Agent", None))
		self.assertLess(abs((row.ended_at - row.answered_at).total_seconds() - 0.4), 1)

	def test_call_of_a_queue_names_it(self):
		row = self.made("a_queue")
		self.assertEqual((row.queue, row.called_number, row.agent), ("c2c-lab-sales", "230", AGENT))

	def test_the_second_of_a_group_who_answers_has_the_call(self):
		row = self.made("the_second_of_a_group_answers")
		self.assertEqual((row.agent, row.extension), (OTHER_AGENT, "1102"))

	def test_call_dialed_on_the_phone_is_a_row_at_once(self):
		row = self.made("dialed")
		self.assertEqual((row.direction, row.status, row.agent), ("Outgoing", "Completed", AGENT))
		self.assertEqual((row.number, row.reference_name, row.ended_by), (DIALED, self.customer, "Agent"))
		self.assertEqual(pbx_events.count(outcome="Applied"), pbx_events.count())

	def test_prefix_of_the_trunk_is_taken_off(self):
		self.assertEqual(self.made("dialed_by_an_outbound_route").number, DIALED)
		self.forget()
		self.configure(ari_prefixes="00, 00447700")
		self.assertNotEqual(self.made("dialed_by_an_outbound_route").number, DIALED)

	def test_trunk_named_by_digits_is_no_phone(self):
		self.configure(ari_trunks="1102")
		self.assertEqual(self.made("a_colleague_is_called").direction, "Outgoing")

	def test_blind_transfer_stays_the_first_agents_call_and_tells_to_whom(self):
		row = self.made("transferred_blind")
		self.assertEqual((row.agent, row.transferred_to, row.ended_by), (AGENT, "1102", "Customer"))
		with site.as_user(AGENT):
			(entry,) = timeline.calls_of("Lead", self.caller)
		self.assertIn(frappe.utils.get_fullname(OTHER_AGENT), entry["content"])

	def test_number_that_does_not_exist_is_failed_and_says_so(self):
		row = self.made("dialed_a_number_nobody_has")
		self.assertEqual((row.status, row.failure_code), ("Failed", "unknown_number"))

	def test_call_that_was_clicked_is_not_doubled(self):
		for name in ("clicked", "clicked_by_a_local_channel", "clicked_in_vain"):
			self.hear(recorded(name))
		self.end()
		self.assertEqual(self.rows(), [])

	def test_internal_call_is_a_row_where_the_account_says_so(self):
		self.hear(recorded("a_colleague_is_called"))
		self.end()
		self.assertEqual(self.rows(), [])
		self.configure(log_internal_calls=1)
		row = self.made("a_colleague_is_called")
		self.assertEqual((row.direction, row.number, row.agent), ("Internal", "", AGENT))
		self.assertEqual((row.status, row.extension), ("Completed", "1101"))

	def test_of_two_accounts_on_one_pbx_the_one_with_the_users_phone_has_the_call(self):
		site.give_extension(AGENT, "", "")
		self.assertFalse(self.made("answered").agent)
		self.forget()
		make_account(f"{ASTERISK} 2")
		frappe.db.commit()
		self.addCleanup(frappe.db.set_value, "PBX Account", f"{ASTERISK} 2", "enabled", 0)
		self.hear(recorded("answered"))
		self.end()
		self.assertEqual(self.rows(), [])

	def test_call_of_nobodys_phone_to_nobody_known_is_no_row(self):
		site.give_extension(AGENT, "", "")
		self.hear(recorded("dialed"))
		self.end()
		self.assertEqual(self.rows(), [])


class TestCards(LiveCase):
	def test_each_phone_that_rings_has_a_card_and_the_other_is_told_who_answered(self):
		with self.cards() as sent:
			self.made("the_second_of_a_group_answers")
		# 1103 is nobody's phone.
		rings = [
			(user, news["status"]) for user, news in sent if (news.get("caller") or {}).get("is_ringing")
		]
		self.assertEqual(rings[0], (OTHER_AGENT, "Ringing"))
		self.assertEqual({user for user, _news in sent}, {OTHER_AGENT})
		self.forget()
		with self.cards() as sent:
			self.made("a_group_rings")
		rang = {user for user, news in sent if (news.get("caller") or {}).get("is_ringing")}
		self.assertEqual(rang, {AGENT, OTHER_AGENT})
		gone = [(user, news["answered_by"]) for user, news in sent if news.get("is_gone")]
		self.assertEqual(gone, [(OTHER_AGENT, frappe.utils.get_fullname(AGENT))])

	def test_who_rang_first_and_did_not_answer_is_told_too(self):
		site.give_extension(MANAGER, "1103", ASTERISK)
		self.addCleanup(site.give_extension, MANAGER, "", "")
		with self.cards() as sent:
			self.made("the_second_of_a_group_answers")
		gone = [(user, news["answered_by"]) for user, news in sent if news.get("is_gone")]
		self.assertEqual(gone, [(MANAGER, frappe.utils.get_fullname(OTHER_AGENT))])

	def test_card_of_a_colleague_offers_nothing_to_do_about_the_call(self):
		with self.cards() as sent:
			self.made("a_group_rings")
		(card,) = [news for user, news in sent if user == OTHER_AGENT and not news.get("is_gone")]
		self.assertEqual((card["can_hang_up"], card["wrap_up"], card["extension"]), (False, "", "1102"))

	def test_queue_that_rings_in_vain_takes_the_cards_down_and_names_nobody(self):
		site.give_extension(AGENT, "1103", ASTERISK)
		site.give_extension(OTHER_AGENT, "1113", ASTERISK)
		with self.cards() as sent:
			self.made("a_queue_in_vain")
		gone = [(user, news["answered_by"]) for user, news in sent if news.get("is_gone")]
		self.assertEqual({name for _user, name in gone}, {""})
		self.assertEqual({user for user, _name in gone}, {AGENT, OTHER_AGENT})

	def test_who_answered_keeps_the_call_after_giving_it_away(self):
		with self.cards() as sent:
			self.made("transferred_blind")
		told = [news for user, news in sent if user == AGENT]
		self.assertFalse([news for news in told if news.get("is_gone") or news.get("is_others")])
		self.assertEqual([news["status"] for news in told], ["Ringing", "In Progress", "Completed"])

	def test_transfer_brings_the_card_to_the_colleague_until_the_call_is_over(self):
		with self.cards() as sent:
			self.made("transferred_blind")
		told = [news for user, news in sent if user == OTHER_AGENT]
		shown = [(news.get("status"), news.get("is_gone", False)) for news in told]
		self.assertEqual(shown, [("Ringing", False), ("In Progress", False), (None, True)])
		self.assertEqual((told[0]["extension"], told[2]["answered_by"]), ("1102", ""))

	def test_phone_of_nobody_that_rings_first_leaves_the_call_to_whose_rings_next(self):
		site.give_extension(AGENT, "1103", ASTERISK)
		events = json.dumps(recorded("a_group_rings_in_vain")).replace("1103", "first")
		events = events.replace("1113", "1103").replace("first", "1113").replace(CALLER, "+447700900899")
		events = json.loads(events)
		rings = [each["peer"]["name"][:10] for each in events if each.get("dialstatus") == "RINGING"]
		self.assertEqual(rings, ["PJSIP/1113", "PJSIP/1103"])
		self.hear(each for each in events if each["type"] != "ChannelDestroyed")
		self.assertEqual(
			(self.row().status, self.row().agent, self.row().extension), ("Ringing", AGENT, "1103")
		)
		self.hear(events)
		self.end()
		self.assertEqual((self.row().status, self.row().agent), ("No Answer", AGENT))
		self.assertTrue(self.row().missed_call_task)


class TestMissed(LiveCase):
	def setUp(self):
		super().setUp()
		site.give_extension(AGENT, "1103", ASTERISK)

	def test_call_nobody_answers_and_voicemail_are_missed_calls(self):
		for name in ("nobody_answers", "the_caller_gives_up", "voicemail", "a_group_rings_in_vain"):
			self.forget()
			row = self.made(name)
			self.assertTrue(row.missed_call_task, name)
			self.assertEqual((row.agent, row.answered_at, row.duration), (AGENT, None, None), name)

	def test_group_that_rings_in_vain_is_one_reminder_and_a_note_for_each_other(self):
		site.give_extension(OTHER_AGENT, "1113", ASTERISK)
		self.addCleanup(frappe.db.delete, "Notification Log", {"for_user": ("in", (AGENT, OTHER_AGENT))})
		row = self.made("a_group_rings_in_vain")
		of_call = {"document_type": "PBX Call Log", "document_name": row.name}
		told = frappe.get_all("Notification Log", of_call, pluck="for_user")
		self.assertEqual(sorted(told), sorted((AGENT, OTHER_AGENT)))
		todos = frappe.get_all(
			"ToDo", {"reference_name": self.caller, "status": "Open"}, pluck="allocated_to"
		)
		self.assertEqual(todos, [AGENT])

	def test_nobody_is_told_of_a_call_that_a_colleague_answered(self):
		site.give_extension(OTHER_AGENT, "1102", ASTERISK)
		row = self.made("the_second_of_a_group_answers")
		self.assertFalse(frappe.db.exists("Notification Log", {"document_name": row.name}))

	def test_voicemail_is_no_answer_though_it_picked_up(self):
		self.assertEqual(self.made("voicemail").status, "No Answer")


class TestAfterASilence(LiveCase):
	"""The listener was away: what lives is asked for, and what ended meanwhile ends."""

	def talking(self) -> list[dict]:
		"""Let a call be answered, and return its channels as ARI lists them."""
		events = recorded("answered")
		answered = [each["type"] for each in events].index("ChannelLeftBridge")
		self.hear(events[: answered - 1])
		self.assertEqual(self.row().status, "In Progress")
		channels = {}
		for event in events[:answered]:
			for role in ("caller", "peer", "channel"):
				if role in event:
					channels[event[role]["id"]] = event[role]
		return [*channels.values()]

	def snapshot(self, channels: list[dict]) -> None:
		"""Let a new listener find these channels, with one bridge."""
		open_calls = live_calls.open_calls(ASTERISK)
		self.tracker = self.provider.call_tracker()
		ids = [channel["id"] for channel in channels]
		bridges = [{"channels": ids, "creationtime": channels[0]["creationtime"]}] if channels else []
		updates = self.tracker.resume((channels, bridges), 0)
		live_calls.end_missing(ASTERISK, open_calls, self.tracker.living())
		for update in updates:
			live_calls.receive(ASTERISK, update)

	def test_call_that_goes_on_goes_on_and_ends_as_it_does(self):
		channels = self.talking()
		self.snapshot(channels)
		self.assertEqual((self.row().status, self.row().agent), ("In Progress", AGENT))
		self.hear([event for event in recorded("answered") if event["type"] == "ChannelDestroyed"])
		self.end()
		self.assertEqual((self.row().status, self.row().agent), ("Completed", AGENT))
		self.assertTrue(self.row().ended_at)

	def test_talk_that_ended_meanwhile_is_completed(self):
		self.talking()
		self.snapshot([])
		self.assertEqual(self.row().status, "Completed")

	def test_call_that_rang_and_is_gone_is_over_and_says_that_nobody_heard_how(self):
		self.hear(recorded("the_caller_gives_up")[:5])
		self.assertEqual(self.row().status, "Ringing")
		self.snapshot([])
		row = self.row()
		self.assertEqual((row.status, row.failure_code), ("Unknown", "no_end_event"))
		self.assertTrue(row.ended_at)

	def test_polling_without_a_listener_ends_what_does_not_live(self):
		self.talking()
		with patch("c2c_frappe.pbx.exchange.fetch_snapshot", lambda _provider: ([], [])):
			polling.run(ASTERISK)
		self.assertEqual(self.row().status, "Completed")

	def test_polling_leaves_a_call_alone_of_which_the_pbx_says_nothing(self):
		self.talking()
		polling.run(ASTERISK)
		self.assertEqual(self.row().status, "In Progress")


class TestInterleaved(LiveCase):
	def test_calls_at_once_are_a_row_each_and_none_is_doubled_by_hearing_all_again(self):
		names = ("answered", "dialed", "a_queue", "transferred_blind", "nobody_answers")
		streams = [recorded(name, f"c{number}") for number, name in enumerate(names)]
		events = sorted((e for stream in streams for e in stream), key=lambda event: event["timestamp"])
		for _time in range(2):
			self.tracker = self.provider.call_tracker()
			self.hear(events)
			self.end()
			self.assertEqual(len(self.rows()), len(names))
		self.assertEqual({row.status for row in self.rows()}, {"Completed", "No Answer"})
