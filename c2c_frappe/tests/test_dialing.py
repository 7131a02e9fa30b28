"""A click becomes one committed row and one request, on a running site against a simulated PBX."""

from __future__ import annotations

from c2c_frappe.tests import site
from c2c_frappe.tests.site import SiteCase


class TestDialing(SiteCase):
	def test_a_lead_called_through_commpeak_reaches_the_pbx_once_with_its_leadid(self):
		reply = self.dial_lead(request_id="click-1")
		self.assertEqual((reply["status"], reply["failure_code"]), ("Requested", ""))
		(request,) = self.simulator.requests
		self.assertEqual(request.path, f"/call/12/{site.CLIENT_ID}/1000/447700900123")
		self.assertEqual(
			request.query,
			{
				"leadid": self.lead,
				"recordno": self.lead,
				"doctype": "Lead",
				"call": reply["call"],
				"userid": site.AGENT,
			},
		)

	def test_the_row_of_an_accepted_call_says_what_is_known_and_no_more(self):
		reply = self.dial_lead()
		(row,) = site.rows()
		self.assertEqual(row.name, reply["call"])
		self.assertEqual((row.status, row.number, row.extension), ("Requested", "+447700900123", "1000"))
		self.assertEqual(
			(row.reference_doctype, row.reference_name, row.agent), ("Lead", self.lead, site.AGENT)
		)
		self.assertEqual(row.pbx_call_id, self.simulator.calls[0].unique_id)
		self.assertFalse(row.answered_at or row.ended_at or row.duration)
		self.assertIsNone(row.slot)

	def test_a_contact_called_through_primevox_sends_exactly_its_five_parameters(self):
		self.use_primevox()
		row = self.contact_row(site.MOBILE)
		reply = self.dial(
			reference_doctype="Contact", reference_name=self.contact, fieldname="phone", row=row
		)
		self.assertEqual((reply["status"], reply["failure_code"]), ("Unconfirmed", ""))
		(request,) = self.simulator.requests
		self.assertEqual(
			request.query,
			{
				"auth": site.API_KEY,
				"containerID": "123456",
				"tenantID": "001",
				"extension": "1000",
				"phoneNumber": "011447700900123",
			},
		)

	def test_a_contact_has_no_leadid(self):
		self.dial(reference_doctype="Contact", reference_name=self.contact)
		self.assertNotIn("leadid", self.simulator.requests[0].query)
		self.assertEqual(self.simulator.requests[0].query["recordno"], self.contact)
