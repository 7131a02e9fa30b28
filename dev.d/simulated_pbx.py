"""Runs the simulated PBX in the background for `./dev up`."""

import services
from places import ROOT

NAME = "simulated-pbx"
PORT = 8019


def start(python, state) -> str:
	"""Start it with this Python, which must have the app's dependencies; returns its address.

	It keeps the port it has while it runs.
	"""
	port_file = state / f"{NAME}.port"
	port = int(port_file.read_text()) if services.pid_of(NAME, state) else _port()
	argv = [python, "-m", "c2c_frappe.cli", "simulate", "--port", port]
	pid = services.start(NAME, argv, state, env={"PYTHONPATH": ROOT}, cwd=ROOT)
	port_file.write_text(str(port))
	try:
		services.wait_for_port(port, 30, pid=pid)
	except services.ServiceError as error:
		raise services.ServiceError(f"the simulated PBX: {error}\n{services.tail(NAME, state)}") from error
	return f"http://127.0.0.1:{port}"


def _port() -> int:
	return services.free_port() if services.is_port_taken(PORT) else PORT
