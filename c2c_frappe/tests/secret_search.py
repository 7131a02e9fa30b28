"""Looks for a text in every place where a site could have put it: the database, files, Redis, processes.

A text is found however it was quoted for a URL, HTML or JSON, and in Base64. Changes nothing, asserts nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import frappe
import redis
from frappe.utils.background_jobs import get_redis_connection_without_auth

# Where Frappe keeps secrets, encrypted.
VAULT = "__Auth"
DATABASES = {".db", ".db-wal", ".db-shm"}


def forms(core: str) -> set[str]:
	"""Return core and its three Base64 forms: Base64 depends on how many bytes stand before.

	A core of letters and digits is the same in a URL, in HTML and in JSON, whatever stands around it.
	"""
	found = {core}
	for before in range(3):
		encoded = base64.b64encode(b"x" * before + core.encode()).decode()
		found.add(encoded[-(-before * 8 // 6) : len(encoded) - 4])
	return found


class Search:
	"""One search for several texts (letters and digits only); each method yields "place: text" for a finding."""

	def __init__(self, cores: Iterable[str]):
		self._forms = {form: core for core in cores for form in forms(core)}

	def text(self, place: str, text: object) -> Iterator[str]:
		"""Search one text, or what str makes of a value."""
		whole = str(text)
		for form, core in self._forms.items():
			if form in whole:
				yield f"{place}: {core}"

	def tables(self) -> Iterator[str]:
		"""Search every row of the database but the vault's."""
		for table in frappe.db.get_tables(cached=False):
			if table != VAULT and table.startswith(("tab", "__")):
				for row in frappe.db.sql(f"select * from `{table}`"):  # noqa: S608 - the database's own names
					yield from self.text(table, row)

	def files(self, since: float, *folders: Path) -> Iterator[str]:
		"""Search the files under these folders that were written since then, seconds since the epoch."""
		for folder in folders:
			for path in folder.rglob("*"):
				with suppress(FileNotFoundError):
					if path.is_file() and path.suffix not in DATABASES and path.stat().st_mtime >= since:
						yield from self.text(str(path), path.read_bytes().decode("utf-8", "replace"))

	def cache(self) -> Iterator[str]:
		"""Search all keys and values of the site's Redis servers, jobs that wait included."""
		for server in (frappe.cache, get_redis_connection_without_auth()):
			for key in redis.Redis.scan_iter(server):
				yield from self.text(f"Redis {key!r}", (key, _value(server, key)))

	def processes(self) -> Iterator[str]:
		"""Search the process list: the arguments of every process of this machine."""
		for path in Path("/proc").glob("[0-9]*/cmdline"):
			with suppress(OSError):
				yield from self.text(str(path), path.read_bytes().decode("utf-8", "replace"))


def _value(server, key: bytes) -> object:
	read = {
		b"string": redis.Redis.get,
		b"hash": redis.Redis.hgetall,
		b"set": redis.Redis.smembers,
		b"list": lambda server, key: redis.Redis.lrange(server, key, 0, -1),
		b"zset": lambda server, key: redis.Redis.zrange(server, key, 0, -1),
	}.get(redis.Redis.type(server, key))
	return read(server, key) if read else None


class Realtime:
	"""What is published to the Desk's users from now on."""

	def __init__(self):
		self._channel = get_redis_connection_without_auth().pubsub(ignore_subscribe_messages=True)
		self._channel.subscribe("events")
		self._channel.get_message(timeout=1)

	def heard(self) -> list[str]:
		"""Return the messages since the last time."""
		found = []
		while message := self._channel.get_message(timeout=0.2):
			found.append(str(message["data"]))
		return found

	def close(self) -> None:
		"""Listen no more."""
		self._channel.close()
