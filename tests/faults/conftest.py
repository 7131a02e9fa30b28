"""A started site with ERPNext on a bench, whose MariaDB and Redis servers a test may kill and start again.

Where no bench with ERPNext is found the tests here are skipped. Everything listens on loopback, on a MariaDB of the
tests' own with innodb_flush_log_at_trx_commit=1; nothing is ended but by its recorded process id.
"""

import os
import signal
import time
from contextlib import ExitStack

import pytest

# Of dev.d, which `./dev test` puts on the path.
desks = pytest.importorskip("desks", reason="run ./dev test site")
floor_of = pytest.importorskip("floor")
real_bench = pytest.importorskip("real_bench")
services = pytest.importorskip("services")

REDIS = ("redis_cache", "redis_queue")


class Floor(floor_of.Floor):
	"""A sales floor whose servers die."""

	def kill_database(self):
		"""kill -9 MariaDB."""
		pid = services.pid_of("mariadb", self.site.state)
		os.kill(pid, signal.SIGKILL)
		self.wait_until(lambda: services.pid_of("mariadb", self.site.state) is None)

	def start_database(self):
		"""Start MariaDB again on the same data."""
		self.site.database.start(self.site.ports["mariadb"])

	def stop_redis(self):
		"""End both Redis servers."""
		for name in REDIS:
			services.stop(self.site.state, name)

	@staticmethod
	def wait_until(is_so, seconds=30):
		"""Return once it is so; fail after so many seconds."""
		deadline = time.monotonic() + seconds
		while not is_so():
			assert time.monotonic() < deadline, "It did not come to be so."
			time.sleep(0.1)


@pytest.fixture(scope="session")
def floor():
	bench = real_bench.find()
	if not bench or "erpnext" not in bench.apps:
		pytest.skip("there is no bench with ERPNext on this machine (FRAPPE_BENCH names one elsewhere)")
	with ExitStack() as until_the_end:
		try:
			site = until_the_end.enter_context(desks.bench_desk("erpnext"))
		except desks.UnavailableError as error:
			pytest.skip(str(error))
		except real_bench.BenchError as error:
			pytest.exit(f"There is no site to break: {error}", returncode=1)
		yield Floor(site)


@pytest.fixture(autouse=True)
def quiet_pbx(floor):
	"""A PBX that forgot the last test's calls and behaves, and servers that run again afterwards."""
	floor.pbx("POST", "reset", {})
	yield
	floor.site.start_servers()
