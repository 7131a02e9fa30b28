"""The page for other systems is true: its commands run by a real shell and curl, on a running site, and answer as it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from unittest import SkipTest

import frappe
from frappe.app import application
from werkzeug.serving import make_server

from c2c_frappe.automation import drain
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.call_changes import LOG, ChangeCase, Receiver
from c2c_frappe.tests.cases.site import AGENT, NOBODY, OTHER_AGENT
from c2c_frappe.tests.processes import token_of
from c2c_frappe.tests.web import Web

PAGE = Path(__file__).resolve().parents[2] / "docs/rest.md"
METHODS = "c2c_frappe.api.call"
OF_THIS_RUN = ("call", "record")
SECRET = "webhook-Secret-0123456789"


def block(mark: str) -> str:
	"""Return the page's block of code after a comment."""
	return re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


class TestRestPage(ChangeCase):
	@classmethod
	def setUpClass(cls):
		if not shutil.which("curl"):
			raise SkipTest("There is no curl here.")
		super().setUpClass()
		cls.server = make_server("127.0.0.1", 0, application, threaded=True)
		threading.Thread(target=cls.server.serve_forever, daemon=True).start()
		cls.addClassCleanup(cls.server.shutdown)
		home = tempfile.TemporaryDirectory()
		cls.addClassCleanup(home.cleanup)
		# As if the site's own name stood in the address.
		names = ("Host", "X-Frappe-Site-Name")
		lines = [f'header = "{name}: {frappe.local.site}"\n' for name in names]
		Path(home.name, ".curlrc").write_text("".join(lines))
		cls.token = token_of(AGENT)
		cls.environment = {
			**os.environ,
			"CURL_HOME": home.name,
			"SITE": f"http://127.0.0.1:{cls.server.port}",
			"TOKEN": cls.token,
			"LEAD": cls.lead,
		}

	def run_block(self, name: str, **variables) -> dict:
		"""Run a command of the page and return what the site answered."""
		frappe.db.commit()
		shell = ["/bin/sh", "-euc", block(f"run: {name}")]
		environment = {**self.environment, **variables}
		done = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=60, check=True)
		frappe.db.rollback()
		return json.loads(done.stdout)

	def test_the_examples_answer_as_the_page_says(self):
		answered, said = self.run_block("dial"), json.loads(block("answer: dial"))
		self.assertEqual(set(answered["message"]), set(said["message"]))
		for key in set(said["message"]) - set(OF_THIS_RUN):
			self.assertEqual(answered["message"][key], said["message"][key], key)
		self.assertEqual(set(answered["message"]["record"]), set(said["message"]["record"]))
		call = answered["message"]["call"]
		self.assertTrue(self.run_block("dial")["message"]["repeated"])
		for name in ("state", "hang up"):
			self.assertEqual(self.run_block(name, CALL=call)["message"]["status"], "Requested")
		self.change(call, status="Completed", ended_at=frappe.utils.now(), duration=9)
		self.assertTrue(self.run_block("state", CALL=call)["message"]["is_over"])
		self.run_block("wrap up", CALL=call)
		(row,) = self.run_block("list")["data"]
		told = (row["name"], row["status"], row["duration"], row["disposition"])
		self.assertEqual(told, (call, "Completed", 9, "Interested"))
		todo = {"allocated_to": AGENT, "date": "2099-12-31", "reference_name": self.lead}
		self.assertTrue(frappe.db.exists("ToDo", todo))

	def test_a_refused_call_answers_as_the_page_says(self):
		answered = self.run_block("refused")["message"]
		for key, value in json.loads(block("says: refused")).items():
			self.assertEqual(answered[key], value)

	def test_each_refusal_of_the_page_is_what_the_site_answers(self):
		own, others = self.dial_lead()["call"], self.dial_others()
		agent, nobody = Web(self.token), Web(token_of(NOBODY))

		def call(client: Web, method: str, http_method: str = "POST", **sent):
			return client.call(f"{METHODS}.{method}", http_method, **sent)

		answers = {
			"a wrong key": call(Web("no:key"), "state", call=own),
			"no key": call(Web(), "state", call=own),
			"dial by a user without the role PBX Agent": call(nobody, "dial", **self.at_lead),
			"dial by GET": call(agent, "dial", "GET", **self.at_lead),
			"the state of another agent's call": call(agent, "state", call=others),
			"hang up another agent's call": call(agent, "hang_up", call=others),
			"wrap up another agent's call": call(agent, "wrap_up", call=others, notes="x"),
			"the state of a call that is not there": call(agent, "state", call="none"),
			"wrap up with an outcome that is not there": call(agent, "wrap_up", call=own, disposition="x"),
			"wrap up with a follow-up in the past": call(
				agent, "wrap_up", call=own, follow_up_on="2001-01-01"
			),
			"list by a user without a role": nobody.ask("/api/resource/PBX Call Log", "GET"),
		}
		table = PAGE.read_text().partition("<!-- table: refusals -->")[2].partition("\n\n")[0]
		said = {
			name: (int(code), kind) for name, code, kind in re.findall(r"\| (.+) \| (\d+) \| (\w+) \|", table)
		}
		given = {name: (answer.status_code, answer.json["exc_type"]) for name, answer in answers.items()}
		self.assertEqual(given, said)

	def dial_others(self) -> str:
		"""Return a call of another agent."""
		site.give_extension(OTHER_AGENT, "1001")
		return self.dial(OTHER_AGENT, number=crm.LANDLINE)["call"]

	def test_a_webhook_is_signed_as_the_page_says(self):
		receiver = Receiver()
		self.addCleanup(receiver.stop)
		self.make(
			"Webhook",
			name="C2C Test Signed",
			webhook_doctype=LOG,
			webhook_docevent="on_change",
			request_url=receiver.url,
			request_structure="JSON",
			webhook_json='{"call": "{{ doc.name }}", "status": "{{ doc.status }}", "at": "{{ doc.modified }}"}',
			enable_security=1,
			webhook_secret=SECRET,
		)
		self.dial_lead()
		drain.run()
		((body, signature),) = receiver.signed
		page: dict = {}
		exec(block("python: is_genuine"), page)  # noqa: S102 - our own page
		self.assertTrue(page["is_genuine"](body, signature, SECRET))
		self.assertFalse(page["is_genuine"](body + b" ", signature, SECRET))
