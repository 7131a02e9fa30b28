"""Records the events of every kind of call in tests/asterisk/kinds_of_calls.py into tests/events/asterisk_floor.

Run it by hand with the tests' Python: `.dev/test-python/bin/python dev.d/asterisk_record.py [KIND...]`. Kept is what the
app reads of each event, and the version of Asterisk that sent it.
"""

import json
import sys

import asterisk_floor
import asterisk_lab
from places import ROOT, STATE

sys.path[:0] = [str(ROOT / "tests/asterisk")]
import kinds_of_calls  # noqa: E402

FOLDER = ROOT / "tests/events/asterisk_floor"
CHANNEL = ("id", "name", "state", "creationtime")
EVENT = ("type", "timestamp", "dialstatus", "dialstring", "cause", "tech_cause", "soft", "exten", "result")


def trimmed(event: dict) -> dict:
	"""Return what is read of an event."""
	kept = {name: event[name] for name in EVENT if name in event}
	for role in ("channel", "caller", "peer", "transferee"):
		if event.get(role):
			kept[role] = _channel(event[role])
	if "bridge" in event:
		kept["bridge"] = {"id": event["bridge"]["id"], "channels": event["bridge"]["channels"]}
	return kept


def _channel(channel: dict) -> dict:
	place = channel.get("dialplan", {})
	return {
		**{name: channel[name] for name in CHANNEL if name in channel},
		"caller": {"number": channel.get("caller", {}).get("number", "")},
		"dialplan": {name: place.get(name, "") for name in ("exten", "app_name", "app_data")},
		"channelvars": channel.get("channelvars", {}),
	}


def main(names: list[str]) -> None:
	"""Record these kinds, all without a name."""
	FOLDER.mkdir(parents=True, exist_ok=True)
	with asterisk_lab.running(STATE / "asterisk-record") as lab, asterisk_floor.on(lab) as floor:
		source = {"source": f"Asterisk {floor.ask('GET', 'asterisk/info')['system']['version']}"}
		for name, kind in kinds_of_calls.KINDS.items():
			if names and name not in names:
				continue
			try:
				events = [trimmed(event) for event in floor.make(kind)]
			except TimeoutError as error:
				print(f"{name}: {error}")
				continue
			lines = [source, *events]
			text = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)
			(FOLDER / f"{name}.jsonl").write_text(text)
			print(f"{name}: {len(events)} events")


if __name__ == "__main__":
	main(sys.argv[1:])
