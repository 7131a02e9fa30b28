"""Draws where the CPU's time of a click and of a webhook event goes, each as an SVG flame graph.

`./dev bench flame` runs it in the Python of a bench, in its folder `sites`, on a throwaway site; the PBX is another
process. py-spy samples this one from outside, at work only and not while it waits. In py-spy's SVG a script writes the
names, which no picture on a page runs: here they are written in, and what is too narrow to be seen is left out.
"""

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import click_cost
import frappe
from filling import connected
from metering import Visitor

WEBHOOK = "c2c_frappe.api.webhook.receive"
TOKEN = "flame-token-0123456789"  # noqa: S105 - of a throwaway site on loopback
WARM_UP = 30
RATE = 250
# A frame with less of the whole is six pixels wide at most; a letter's width is that of the SVG's font.
LEAST_PERCENT = 0.5
WIDTH, INDENT, LETTER = 1180, 4, 7.3
SHOWN = ("x", "y", "width", "height", "fill")
SVG = "{http://www.w3.org/2000/svg}"
TITLE = re.compile(r"(?P<name>.+) \([\d,]+ samples, (?P<percent>[\d.]+)%\)")


def main(py_spy: str, folder: str, seconds: str, name: str, url: str, user: str, password: str) -> dict:
	"""Draw both pictures into the folder, each from so many seconds; return how often each was done in them."""
	with connected(name):
		click_cost.lift_limits()
		leads = click_cost.fill_leads(10)
		account = frappe.get_doc("PBX Account", frappe.db.get_single_value("PBX Settings", "default_account"))
		account.update({"webhook_token": TOKEN})
		account.save()
	agent, pbx = Visitor(url, user, password), Visitor(url)
	pbx.headers.update({"X-PBX-Account": account.name, "X-PBX-Token": TOKEN})
	calls: list[dict] = []
	sampled = {"click": _clicks(agent, leads, calls), "event": _events(pbx, calls)}
	done = {}
	for what, work in sampled.items():
		list(itertools.islice(work, WARM_UP))
		path = Path(folder) / f"{what}-flame.svg"
		done[what] = _sample(work, [py_spy, "record", "--duration", seconds, "--output", path])
		_write_out(path, f"CPU time of {what}s: {done[what]:,} in {seconds} seconds")
	return done


def _clicks(agent: Visitor, leads: list[str], calls: list[dict]) -> Iterator[None]:
	"""Click at each step on the next Lead's mobile number, and note the call."""
	for lead in itertools.cycle(leads):
		place = {"reference_doctype": "Lead", "reference_name": lead, "fieldname": "mobile_no"}
		reply = agent.post(click_cost.DIAL, **place)["message"]
		if (reply["status"], reply["repeated"]) != ("Requested", False):
			raise RuntimeError(f"this click was no call: {reply}")
		calls.append(reply)
		yield


def _events(pbx: Visitor, calls: list[dict]) -> Iterator[None]:
	"""Tell at each step the next event of a call that was answered and ended, as CommPeak posts it."""
	for call in calls:
		began, ended = (
			f"{datetime.now(timezone.utc) + timedelta(seconds=s):%Y-%m-%d %H:%M:%S}" for s in (0, 30)
		)
		known = {"call": call["call"], "uniqueid": call["call"], "extension": call["extension"]}
		known |= {"number": re.sub(r"\D", "", call["number"]), "direction": "out", "started_at": began}
		ending = {"ended_at": ended, "duration": "30", "hangup_cause": "ANSWERED"}
		for told in (
			{"event": "start"},
			{"event": "answer", "answered_at": began},
			{"event": "end", **ending},
		):
			outcome = pbx.post(WEBHOOK, **known, **told)["message"]["outcome"]
			if outcome != "Applied":
				raise RuntimeError(f"an event was not applied: {outcome}")
			yield


def _sample(work: Iterator[None], record: list) -> int:
	"""Work until py-spy, which samples this process meanwhile, is done; return the number of steps."""
	argv = [*record, "--pid", os.getpid(), "--rate", RATE, "--function", "--format", "flamegraph"]
	sampler = subprocess.Popen([str(word) for word in argv], stdout=sys.stderr)  # noqa: S603 - py-spy
	done = sum(1 for _step in itertools.takewhile(lambda _step: sampler.poll() is None, work))
	if sampler.wait():
		raise RuntimeError("py-spy may not look into this process, or found nothing in it.")
	return done


def _write_out(path: Path, title: str) -> None:
	"""Make py-spy's SVG one that needs no script."""
	ElementTree.register_namespace("", SVG[1:-1])
	tree = ElementTree.parse(path)  # noqa: S314 - py-spy wrote it
	root = tree.getroot()
	del root.attrib["onload"]
	root.remove(root.find(f"{SVG}script"))
	for control in ("details", "unzoom", "search", "matched"):
		root.remove(root.find(f"{SVG}text[@id='{control}']"))
	root.find(f"{SVG}text[@id='title']").text = title
	frames = root.find(f"{SVG}svg[@id='frames']")
	for frame in list(frames):
		name, percent = TITLE.fullmatch(frame.find(f"{SVG}title").text).groups()
		if float(percent) < LEAST_PERCENT:
			frames.remove(frame)
		else:
			rectangle = frame.find(f"{SVG}rect")
			rectangle.attrib = {name: rectangle.get(name) for name in SHOWN}
			letters = int((WIDTH * float(percent) / 100 - INDENT) / LETTER)
			frame.find(f"{SVG}text").text = name[:letters] if letters > 2 else ""
	tree.write(path, encoding="unicode")


if __name__ == "__main__":
	print(json.dumps(main(*sys.argv[1:])))
