"""What the documented dialplan shows whom, calls inside, answers by itself and says to Test connection, on a real Asterisk.

Its trunk and its phones are those of the floor (dev.d/asterisk_phones.py), which keep the INVITE they got. 1120 has a
caller ID of its own, "Agent 1120". Asterisk is not told to name the call of a channel: there is no channelvars.
"""

import csv
import io
import secrets

import asterisk_floor
import asterisk_lab
import pytest
from kinds_of_calls import KINDS, Kind
from places import STATE
from test_kinds_of_calls import rows_of

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.providers import registry

CHANNELVARS = "channelvars = CHANNEL(linkedid)"
CUSTOMER, COMPANY = "+447700900120", "+442079460000"
HEADINGS = (
	"accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
	"disposition,amaflags,uniqueid"
).split(",")


@pytest.fixture(scope="module")
def floor():
	replaced = {",60,U(": ",2,U(", "}@trunk,": "}@carrier,", CHANNELVARS: ""}
	with (
		asterisk_lab.running(STATE / "asterisk-documented", replaced) as lab,
		asterisk_floor.on(lab) as started,
	):
		yield started


@pytest.fixture
def account(floor):
	"""A function that returns the provider of an account on that Asterisk."""

	def build(**changes):
		settings = {"base_url": floor.lab.url, "allow_http": "1", "ari_context": asterisk_lab.CONTEXT}
		settings |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
		return registry.build("asterisk", {**settings, "ari_ring_timeout": "5", **changes})

	return build


@pytest.fixture
def invites(floor, account):
	"""A function that places a call and returns the INVITEs of (the agent's phone, whom it reached)."""

	def place(extension="1120", number=CUSTOMER, reached="+447700900120", **sent):
		settings = sent.pop("settings", {})
		floor.phones.rung.clear()
		began = len(floor.raw)
		dial = DialRequest(extension, number, call=secrets.token_hex(5), **sent)
		result = exchange.place(account(**settings), dial)
		assert result.answer == "accepted", result.message
		legs = floor.phones.wait_for(extension), floor.phones.wait_for(reached)
		assert floor.until(
			lambda: [each["type"] for each in floor.raw[began:]].count("ChannelEnteredBridge") == 2
		)
		for leg in legs:
			leg.hang_up()
		floor.until(lambda: floor.is_quiet(began))
		return [leg.asked for leg in legs]

	return place


def test_agents_phone_shows_the_customer_and_the_customer_sees_the_company(invites):
	agent, customer = invites(
		settings={"ari_show_customer": "1"}, caller_id=COMPANY, shown_name="Jane Döe", shown_number=CUSTOMER
	)
	assert agent["from"].startswith(f'"Jane Döe" <sip:{CUSTOMER}@')
	assert customer["from"].startswith(f"<sip:{COMPANY}@")


def test_agents_phone_shows_the_name_alone_where_the_number_is_hidden(invites):
	agent, customer = invites(settings={"ari_show_customer": "1"}, shown_name="Jane Doe")
	assert agent["from"].startswith('"Jane Doe" <sip:') and "7700900" not in agent["from"]
	# Neither the user nor the account has a caller ID: it is the dialplan's.
	assert customer["from"].startswith("<sip:+15550100@")


@pytest.mark.parametrize("caller_id", ["", COMPANY])
def test_customer_never_sees_the_name_of_the_agents_phone(invites, caller_id):
	_agent, customer = invites(caller_id=caller_id)
	assert "Agent" not in customer["from"] and customer["from"].startswith(
		f"<sip:{caller_id or '+15550100'}@"
	)


def test_phone_gets_the_header_it_answers_by(invites):
	header = "Call-Info: <sip:pbx>;answer-after=0"
	agent, customer = invites(settings={"ari_answer_header": header})
	assert agent["call-info"] == "<sip:pbx>;answer-after=0" and not customer["call-info"]


def test_colleague_is_called_by_the_context_for_extensions_and_sees_who_calls(invites, floor):
	agent, colleague = invites(
		number="", reached="1101", called_extension="1101", settings={"ari_internal_context": "c2c-internal"}
	)
	assert agent["from"].startswith("<sip:1120@") or '"Agent 1120" <sip:1120@' in agent["from"]
	assert "1120" in colleague["from"]
	ends = [each["userevent"] for each in floor.raw if each["type"] == "ChannelUserevent"]
	assert ends[-1]["status"] == "ANSWER" and ends[-1]["answered"]


def test_connection_test_knows_the_documented_dialplan_and_rings_no_phone(account, floor):
	floor.phones.rung.clear()
	finding = exchange.probe(account())
	assert finding.ok and "c2c-out is the documented dialplan" in finding.message
	own = exchange.probe(account(ari_context=asterisk_floor.CLICKED))
	assert own.ok and "does not match" in own.unchecked[0]
	nowhere = exchange.probe(account(ari_context="no-such-context"))
	assert nowhere.ok and "does not match" in nowhere.unchecked[0]
	assert floor.phones.rung == []


@pytest.mark.parametrize("name", ["answered", "a_group_rings", "transferred_blind", "a_queue", "dialed"])
def test_calls_are_one_row_each_without_channelvars(floor, name):
	kind: Kind = KINDS[name]
	events = floor.make(kind)
	assert not any(event["channel"].get("channelvars") for event in events if "channel" in event)
	(row,) = rows_of(events).values()
	assert (row.direction, row.status, row.extension) == (kind.direction, kind.status, kind.extension)


def test_channels_that_live_are_joined_without_channelvars(floor, account):
	leg = floor.phones.call_in("+447700900123", "203")
	floor.phones.wait_for("1103", "ringing")
	channels, _bridges = exchange.fetch_snapshot(account())
	tracker = account().call_tracker()
	(update,) = tracker.resume((channels, []), 0)
	assert (update.event.direction, update.rang) == ("Incoming", ("1103",))
	leg.cancel()


def test_asterisks_own_csv_has_the_columns_that_the_page_names(floor):
	began = len(floor.lab.csv)
	floor.make(KINDS["the_agent_hangs_up"])
	assert floor.until(lambda: len(floor.lab.csv) > began)
	(row,) = csv.DictReader(io.StringIO(floor.lab.csv[began:]), HEADINGS)
	assert (row["dst"], row["disposition"]) == ("201", "ANSWERED")
	assert row["channel"].startswith("PJSIP/carrier-") and row["dstchannel"].startswith("PJSIP/1101-")
	assert row["uniqueid"].startswith("lab-") and row["end"] >= row["answer"] >= row["start"]
