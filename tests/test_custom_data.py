"""The pairs a PBX keeps with a call come from a fixed list of values; empty ones are left out."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls.custom_data import VALUES, fill

CALL = {
	"reference_doctype": "Lead",
	"reference_name": "CRM-LEAD-2026-00001",
	"call": "a1b2",
	"user": "rep@example.com",
	"company": "",
	"site": "crm.example",
}
ROOT = Path(__file__).resolve().parent.parent


def installed():
	"""Return the pairs that install writes into PBX Settings, read from its source: it needs Frappe."""
	tree = ast.parse((ROOT / "c2c_frappe/setup/install.py").read_text())
	[pairs] = [
		node.value
		for node in tree.body
		if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CUSTOM_DATA"
	]
	return list(ast.literal_eval(pairs).items())


DEFAULTS = installed()


def test_install_writes_the_keys_the_page_of_commpeak_names():
	"""Whoever sets up the PBX reads there which keys come."""
	page = (ROOT / "docs/providers/commpeak.md").read_text()
	said = re.search(r"By default:(.*?)Empty values", page, re.DOTALL)[1]
	assert re.findall(r"`(\w+)`", said) == [key for key, _value in DEFAULTS]


def test_a_leads_call_carries_the_leads_id():
	assert fill(DEFAULTS, CALL) == {
		"leadid": "CRM-LEAD-2026-00001",
		"recordno": "CRM-LEAD-2026-00001",
		"doctype": "Lead",
		"call": "a1b2",
		"userid": "rep@example.com",
	}


def test_another_records_call_carries_no_lead():
	found = fill(DEFAULTS, {**CALL, "reference_doctype": "Contact", "reference_name": "Jane"})
	assert "leadid" not in found and found["recordno"] == "Jane" and found["doctype"] == "Contact"


@pytest.mark.parametrize("empty", ["", None])
def test_a_call_without_a_record_carries_what_there_is(empty):
	found = fill(DEFAULTS, {**CALL, "reference_doctype": empty, "reference_name": empty})
	assert found == {"call": "a1b2", "userid": "rep@example.com"}


def test_a_value_cannot_be_handed_in_as_the_lead():
	assert "leadid" not in fill(
		DEFAULTS, {**CALL, "reference_doctype": "Contact", "lead": "CRM-LEAD-2026-00002"}
	)


def test_one_value_may_go_under_two_keys_and_the_order_is_the_tables():
	assert list(fill([("b", "user"), ("a", "user"), ("c", "company")], CALL).items()) == [
		("b", "rep@example.com"),
		("a", "rep@example.com"),
	]


@pytest.mark.parametrize("name", ["number", "password", "{{ doc.name }}", ""])
def test_a_name_outside_the_list_is_a_fault_and_no_template(name):
	with pytest.raises(KeyError):
		fill([("x", name)], CALL)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.sampled_from(VALUES))))
def test_whatever_the_table_says_only_known_values_and_no_empty_ones_go_out(pairs):
	found = fill(pairs, CALL)
	assert set(found) <= {key for key, _name in pairs}
	assert all(value and value in CALL.values() for value in found.values())


def test_lead_of_frappe_crm_is_a_lead_to_the_pbx():
	"""Frappe CRM's Leads are CRM Lead; ERPNext's are Lead."""
	crm_lead = {**CALL, "reference_doctype": "CRM Lead"}
	assert fill([("leadid", "lead")], crm_lead) == {"leadid": "CRM-LEAD-2026-00001"}
	assert fill([("leadid", "lead")], {**CALL, "reference_doctype": "CRM Deal"}) == {}
