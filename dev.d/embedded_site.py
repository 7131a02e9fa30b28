"""The try-out's own site on the embedded Desk: what `./dev up` makes where there is no bench."""

import packages
import services
from places import EMBEDDED, RUNNING, TRY_OUT
from progress import step

from embedded import environment
from embedded.desk import Desk
from embedded.environment import APP

# Fixed, so that a bookmark keeps working; another is taken where one of them is in use.
PORTS = {"webserver_port": 8016, "socketio_port": 8017, "redis_port": 8018}


def up(fill) -> Desk:
	"""Build, make, fill and start the site, as far as each is not done yet.

	:param fill: called with the site once the app is installed, before its web server starts
	"""
	print(environment.NOTICE, flush=True)
	packages.provide(("redis-server", "python venv"))
	with environment.building(EMBEDDED) as built:
		site = Desk(built, TRY_OUT)
		_make(site)
		with step("Sample data"):
			fill(site)
	with step("The Desk"):
		for name in ("web", "worker", "schedule"):
			services.stop(RUNNING, name)
		site.start()
	return site


def _make(site: Desk) -> None:
	is_old = site.is_made
	site.create({name: port for name, port in PORTS.items() if not services.is_port_taken(port)})
	if is_old:
		with step("Bringing the site up to date"):
			site.migrate() if APP in site.installed_apps() else site.install()
