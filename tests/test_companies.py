"""Which company a call belongs to, and whom it is kept from."""

import pytest

from c2c_frappe.pbx.companies import Limits, company_of_call, is_kept_from

ANY = Limits()
ONLY_A, A_OR_B = Limits(("A",), "A"), Limits(("A", "B"))


@pytest.mark.parametrize(
	("of_account", "of_record", "limits", "company"),
	[
		("", "", ANY, ""),
		("", "B", ANY, ""),
		("A", "B", ANY, "A"),
		# An agent sees own calls, whatever the account says of no company.
		("", "", ONLY_A, "A"),
		("", "B", ONLY_A, "A"),
		("", "B", A_OR_B, "B"),
		("", "C", A_OR_B, "A"),
		("", "", Limits(("A", "B"), "B"), "B"),
		# Whoever gave them the phone said so; that they may not call by it is another's decision.
		("B", "", ONLY_A, "B"),
	],
)
def test_call_is_of_its_accounts_company_else_of_its_agents(of_account, of_record, limits, company):
	assert company_of_call(of_account, of_record, limits) == company


@pytest.mark.parametrize(
	("company", "limits", "is_kept"),
	[
		("", ANY, False),
		("B", Limits(is_strict=True), False),
		("A", ONLY_A, False),
		("B", ONLY_A, True),
		("", ONLY_A, False),
		("", Limits(("A",), "A", is_strict=True), True),
		("A", Limits(("A",), "A", is_strict=True), False),
	],
)
def test_another_company_is_kept_and_none_where_permissions_are_strict(company, limits, is_kept):
	assert is_kept_from(company, limits) is is_kept
