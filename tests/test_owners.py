"""Which of the records with one number a call is linked to."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.numbers.owners import Owner, sort_by_activity

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
