"""Kinds of calls nobody clicked: how each is made with the lab's phones, and the one row it is to become.

`tests/asterisk/test_kinds_of_calls.py` makes them on the real Asterisk, `dev.d/asterisk_record.py` records their events
for the tests that need none. The dialplan is conf/floor.conf; a phone's last digit says what it does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

CUSTOMER = "+447700900801"
TALKS, RINGS_ON, DECLINES, BUSY, NOBODYS, BROKEN, HANGS_UP = (f"+44770090012{last}" for last in "1345678")
IN, OUT, INTERNAL = "Incoming", "Outgoing", "Internal"
# Whoever ended the call after the answer.
CUSTOMERS, AGENTS = "Customer", "Agent"


class Kind(NamedTuple):
	"""A kind of call: `make(floor)` returns when it is over, the rest is its row; `rang` are all phones that rang.

	`extension` is who answered, else whose phone rang first. `called` is the number the customer called (DID). `also` says
	that a call of its own took part, which has a row too.
	"""

	make: Callable
	direction: str
	status: str
	extension: str = ""
	rang: str = ""
	called: str = ""
	queue: str = ""
	ended_by: str = ""
	number: str = CUSTOMER
	then: str = ""
	voicemail: bool = False
	also: bool = False


def comes_in(number: str, talks: float = 0.4, seconds: float = 12) -> Callable:
	"""A customer calls; hangs up soon after a phone has picked up, or when nobody does."""

	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, number)
		picked_up = floor.until(lambda: leg.state == "over" or floor.talking(), seconds)
		if leg.state != "over" and picked_up:
			time.sleep(talks)
		if leg.state == "up":
			leg.hang_up()
		elif leg.state == "calling":
			leg.cancel()

	return make


def leaves_after(number: str, seconds: float) -> Callable:
	"""A customer calls and gives up after these seconds."""

	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, number)
		time.sleep(seconds)
		leg.hang_up() if leg.state == "up" else leg.cancel()

	return make


def agent_ends(floor):
	leg = floor.phones.call_in(CUSTOMER, "201")
	agent = floor.phones.wait_for("1101")
	time.sleep(0.4)
	agent.hang_up()
	leg.wait("over")


def waits_for_the_end(number: str) -> Callable:
	"""A customer calls and stays until Asterisk ends the call."""

	def make(floor):
		floor.phones.call_in(CUSTOMER, number).wait("over", 12)

	return make


def menu_then_phone(floor):
	leg = floor.phones.call_in(CUSTOMER, "250").wait()
	time.sleep(0.3)
	leg.press("1")
	floor.phones.wait_for("1101")
	time.sleep(0.4)
	leg.hang_up()


def follow_me(accepting: str) -> Callable:
	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, "252").wait()
		second = floor.phones.wait_for("1102", seconds=10)
		time.sleep(0.5)
		second.press(accepting)
		time.sleep(1)
		if leg.state == "up":
			leg.hang_up()

	return make


def picked_up(code: str) -> Callable:
	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, "255")
		floor.phones.wait_for("1103", "ringing")
		time.sleep(0.3)
		floor.phones.call("1101", code)
		leg.wait()
		time.sleep(0.4)
		leg.hang_up()

	return make


def blind(number: str, customer_ends: bool = True) -> Callable:
	"""The agent sends the customer on by the phone's own transfer."""

	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, "201")
		agent = floor.phones.wait_for("1101")
		time.sleep(0.3)
		agent.refer(number)
		floor.phones.wait_for(number, "up" if customer_ends else "ringing")
		agent.hang_up()
		if customer_ends:
			time.sleep(0.4)
			leg.hang_up()
		else:
			leg.wait("over", 10)

	return make


def attended(number: str) -> Callable:
	"""The agent asks a colleague, or somebody outside, and connects the customer with them."""

	def make(floor):
		leg = floor.phones.call_in(CUSTOMER, "201")
		agent = floor.phones.wait_for("1101")
		time.sleep(0.3)
		agent.hold()
		asking = floor.phones.call("1101", number).wait()
		time.sleep(0.3)
		agent.refer(number, asking)
		time.sleep(0.5)
		agent.hang_up()
		leg.hang_up()

	return make


def attended_by_keys(floor):
	leg = floor.phones.call_in(CUSTOMER, "254")
	agent = floor.phones.wait_for("1101")
	time.sleep(0.3)
	agent.press("*2")
	time.sleep(1.5)
	agent.press("1102")
	floor.phones.wait_for("1102", seconds=12)
	time.sleep(0.3)
	agent.hang_up()
	time.sleep(1.5)
	leg.hang_up()


def held(floor):
	leg = floor.phones.call_in(CUSTOMER, "201")
	agent = floor.phones.wait_for("1101")
	for direction in ("sendonly", "sendrecv"):
		time.sleep(0.4)
		agent.hold(direction)
	time.sleep(0.4)
	leg.hang_up()


def dials(number: str, ends: bool = True, phone: str = "1101") -> Callable:
	"""An agent dials on the phone; `ends` tells whether they hang up, or wait for the other side to."""

	def make(floor):
		leg = floor.phones.call(phone, number)
		floor.until(lambda: leg.state in ("up", "over"))
		time.sleep(0.4)
		if ends and leg.state == "up":
			leg.hang_up()
		leg.wait("over", 10)

	return make


def dials_and_gives_up(floor):
	leg = floor.phones.call("1101", RINGS_ON)
	time.sleep(0.8)
	leg.cancel()
	leg.wait("over")


def dials_and_transfers(floor):
	agent = floor.phones.call("1101", TALKS).wait()
	time.sleep(0.3)
	agent.refer("1102")
	colleague = floor.phones.wait_for("1102")
	agent.hang_up()
	time.sleep(0.4)
	colleague.hang_up()


def clicked(endpoint: str) -> Callable:
	"""A click: the agent's phone, then the customer."""

	def make(floor):
		floor.originate(endpoint, TALKS)
		floor.until(lambda: floor.talking(f"{TALKS}"))
		time.sleep(0.4)
		floor.phones.wait_for(TALKS).hang_up()

	return make


def clicked_in_vain(floor):
	floor.originate("PJSIP/1103", TALKS, timeout=1)
	time.sleep(1.2)


SALES, FREEPBX, DEAF = "c2c-lab-sales", "c2c-lab-freepbx", "c2c-lab-deaf"
ONE = {"extension": "1101", "rang": "1101"}
BOTH = {"rang": "1101 1102"}
KINDS: dict[str, Kind] = {
	"answered": Kind(comes_in("201"), IN, "Completed", **ONE, called="201", ended_by=CUSTOMERS),
	"the_agent_hangs_up": Kind(agent_ends, IN, "Completed", **ONE, called="201", ended_by=AGENTS),
	"nobody_answers": Kind(waits_for_the_end("203"), IN, "No Answer", "1103", "1103", "203"),
	"the_caller_gives_up": Kind(leaves_after("203", 1), IN, "Canceled", "1103", "1103", "203"),
	"the_phone_declines": Kind(waits_for_the_end("204"), IN, "Busy", "1104", "1104", "204"),
	"the_phone_is_busy": Kind(waits_for_the_end("205"), IN, "Busy", called="205"),
	"the_phone_is_not_there": Kind(waits_for_the_end("206"), IN, "Failed", called="206"),
	"a_group_rings": Kind(comes_in("210"), IN, "Completed", "1101", **BOTH, called="210", ended_by=CUSTOMERS),
	"the_second_of_a_group_answers": Kind(
		comes_in("211"), IN, "Completed", "1102", "1102 1103", "211", ended_by=CUSTOMERS
	),
	"a_group_is_busy": Kind(waits_for_the_end("212"), IN, "Busy", "1104", "1104", "212"),
	"a_group_rings_in_vain": Kind(waits_for_the_end("213"), IN, "No Answer", "1103", "1103 1113", "213"),
	"a_group_of_local_channels": Kind(
		comes_in("220"), IN, "Completed", "1101", **BOTH, called="220", ended_by=CUSTOMERS
	),
	"a_local_channel_is_optimized_away": Kind(
		comes_in("221", talks=1), IN, "Completed", **ONE, called="221", ended_by=CUSTOMERS
	),
	"a_gosub_before_the_dial": Kind(
		comes_in("222"), IN, "Completed", **ONE, called="222", ended_by=CUSTOMERS
	),
	"the_caller_id_is_rewritten": Kind(
		comes_in("223"), IN, "Completed", **ONE, called="223", ended_by=CUSTOMERS
	),
	"all_contacts_of_a_phone": Kind(
		comes_in("224"), IN, "Completed", **ONE, called="224", ended_by=CUSTOMERS
	),
	"a_queue": Kind(comes_in("230"), IN, "Completed", "1101", "1101 1102", "230", SALES, CUSTOMERS),
	"a_queue_of_local_channels": Kind(
		comes_in("231"), IN, "Completed", "1101", "1101 1102", "231", FREEPBX, CUSTOMERS
	),
	"a_queue_in_vain": Kind(waits_for_the_end("232"), IN, "No Answer", "1103", "1103 1113", "232", DEAF),
	"the_caller_leaves_the_queue": Kind(
		leaves_after("232", 1.5), IN, "Canceled", "1103", "1103 1113", "232", DEAF
	),
	"voicemail": Kind(leaves_after("240", 3), IN, "No Answer", "1103", "1103", "240", voicemail=True),
	"voicemail_after_a_menu": Kind(leaves_after("241", 2), IN, "No Answer", called="241", voicemail=True),
	"a_menu_and_a_phone": Kind(menu_then_phone, IN, "Completed", **ONE, called="250", ended_by=CUSTOMERS),
	"the_caller_leaves_the_menu": Kind(leaves_after("250", 1), IN, "Canceled", called="250"),
	"one_phone_after_the_other": Kind(
		comes_in("251"), IN, "Completed", "1101", "1101 1103", "251", ended_by=CUSTOMERS
	),
	"follow_me": Kind(follow_me("1"), IN, "Completed", "1102", "1102 1103", "252", ended_by=CUSTOMERS),
	"forwarded_outside": Kind(comes_in("253"), IN, "Completed", called="253", ended_by=CUSTOMERS),
	"the_phone_forwards": Kind(
		comes_in("209"), IN, "Completed", "1102", "1102 1109", "209", ended_by=CUSTOMERS
	),
	"picked_up": Kind(picked_up("*8"), IN, "Completed", "1101", "1103", "255", ended_by=CUSTOMERS),
	"picked_up_by_name": Kind(
		picked_up("**1103"), IN, "Completed", "1101", "1103", "255", ended_by=CUSTOMERS
	),
	"refused_by_the_dialplan": Kind(waits_for_the_end("260"), IN, "Failed", called="260"),
	"held_and_resumed": Kind(held, IN, "Completed", **ONE, called="201", ended_by=CUSTOMERS),
	"transferred_blind": Kind(
		blind("1102"), IN, "Completed", "1101", **BOTH, called="201", ended_by=CUSTOMERS, then="1102"
	),
	"transferred_outside": Kind(
		blind(TALKS), IN, "Completed", **ONE, called="201", ended_by=CUSTOMERS, then=TALKS
	),
	"transferred_in_vain": Kind(
		blind("1103", customer_ends=False), IN, "Completed", "1101", "1101 1103", "201"
	),
	"transferred_attended": Kind(
		attended("1102"), IN, "Completed", "1101", **BOTH, called="201", ended_by=CUSTOMERS, then="1102"
	),
	"transferred_attended_outside": Kind(
		attended(TALKS), IN, "Completed", **ONE, called="201", ended_by=CUSTOMERS, then=TALKS, also=True
	),
	"transferred_by_keys": Kind(
		attended_by_keys, IN, "Completed", "1101", **BOTH, called="254", ended_by=CUSTOMERS, then="1102"
	),
	"dialed": Kind(dials(TALKS), OUT, "Completed", "1101", ended_by=AGENTS, number=TALKS),
	"dialed_and_the_customer_hangs_up": Kind(
		dials(HANGS_UP, ends=False), OUT, "Completed", "1101", ended_by=CUSTOMERS, number=HANGS_UP
	),
	"dialed_in_vain": Kind(dials(RINGS_ON, ends=False), OUT, "No Answer", "1101", number=RINGS_ON),
	"dialed_and_given_up": Kind(dials_and_gives_up, OUT, "Canceled", "1101", number=RINGS_ON),
	"dialed_and_busy": Kind(dials(BUSY, ends=False), OUT, "Busy", "1101", number=BUSY),
	"dialed_and_declined": Kind(dials(DECLINES, ends=False), OUT, "Busy", "1101", number=DECLINES),
	"dialed_a_number_nobody_has": Kind(dials(NOBODYS, ends=False), OUT, "Failed", "1101", number=NOBODYS),
	"dialed_and_the_trunk_is_broken": Kind(dials(BROKEN, ends=False), OUT, "Failed", "1101", number=BROKEN),
	"dialed_by_an_outbound_route": Kind(
		dials("9447700900121"), OUT, "Completed", "1101", ended_by=AGENTS, number="00447700900121"
	),
	"dialed_by_a_local_channel": Kind(
		dials("7447700900121"), OUT, "Completed", "1101", ended_by=AGENTS, number="00447700900121"
	),
	"dialed_by_a_second_trunk": Kind(
		dials("8447700900121"), OUT, "Completed", "1101", ended_by=AGENTS, number=TALKS
	),
	"dialed_by_an_address": Kind(
		dials("6447700900121"), OUT, "Completed", "1101", ended_by=AGENTS, number="447700900121"
	),
	"dialed_and_transferred": Kind(
		dials_and_transfers, OUT, "Completed", "1101", "1102", ended_by=AGENTS, number=TALKS, then="1102"
	),
	"a_colleague_is_called": Kind(
		dials("1102"), INTERNAL, "Completed", "1101", "1102", ended_by=AGENTS, number=""
	),
	"a_colleague_does_not_answer": Kind(dials("1103"), INTERNAL, "No Answer", "1101", "1103", number=""),
	"an_announcement_is_called": Kind(dials("600"), INTERNAL, "", number=""),
	"clicked": Kind(clicked("PJSIP/1101"), "", ""),
	"clicked_by_a_local_channel": Kind(clicked("Local/1101@c2c-lab-inside/n"), "", ""),
	"clicked_in_vain": Kind(clicked_in_vain, "", ""),
}
