"""Which of the records with one number a call is linked to."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.numbers.owners import Owner, fold_contacts, sort_by_activity

NOON = datetime(2026, 11, 24, 12, 0)
OWNERS = st.lists(
	st.builds(
		Owner,
		st.sampled_from(["Lead", "Contact"]),
		st.sampled_from("abc"),
		st.none() | st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
	),
	max_size=6,
)


@given(OWNERS, st.randoms())
def test_the_order_is_the_same_however_the_records_were_found(owners, random):
	# Of one record there is one moment.
	owners = list({(owner.doctype, owner.name): owner for owner in owners}.values())
	shuffled = owners[:]
	random.shuffle(shuffled)
	assert sort_by_activity(shuffled) == sort_by_activity(owners)


def test_the_most_recently_active_record_comes_first_and_one_of_unknown_age_last():
	old, new, unknown = (
		Owner("Lead", "a", NOON),
		Owner("Contact", "b", NOON + timedelta(1)),
		Owner("Lead", "c"),
	)
	assert sort_by_activity([unknown, old, new]) == (new, old, unknown)


def test_converted_lead_comes_last_however_active_it_was():
	deal, lead = Owner("CRM Deal", "d", NOON), Owner("CRM Lead", "l", NOON + timedelta(1), is_converted=True)
	assert sort_by_activity([lead, deal]) == (deal, lead)


def places(parties) -> list[tuple[str, str, str]]:
	return [(party.doctype, party.name, party.contact) for party in parties]


def test_contact_and_the_record_it_was_made_for_are_one():
	"""Whoever of the two was active last gives both their place."""
	ada, acme, grace = Owner("Contact", "ada"), Owner("Customer", "acme"), Owner("Lead", "grace")
	folded = fold_contacts([ada, grace, acme], {"ada": [("Customer", "acme")]})
	assert places(folded) == [("Customer", "acme", "ada"), ("Lead", "grace", "")]


def test_contact_of_a_record_without_the_number_stays():
	assert places(fold_contacts([Owner("Contact", "ada")], {"ada": [("Customer", "acme")]})) == [
		("Contact", "ada", "")
	]


@given(
	OWNERS,
	st.dictionaries(st.sampled_from("abc"), st.lists(st.tuples(st.just("Lead"), st.sampled_from("abc")))),
)
def test_folding_loses_nobody_and_tells_no_two_records_apart(owners, links):
	owners = list({(owner.doctype, owner.name): owner for owner in owners}.values())
	folded = places(fold_contacts(owners, links))
	told = {place[:2] for place in folded} | {("Contact", contact) for *_place, contact in folded if contact}
	linked = {
		("Contact", c)
		for c, of in links.items()
		if any(Owner(*p) in [Owner(o.doctype, o.name) for o in owners] for p in of)
	}
	assert {(owner.doctype, owner.name) for owner in owners} <= told | linked
	assert len(folded) == len(set(folded)) <= len(owners)
