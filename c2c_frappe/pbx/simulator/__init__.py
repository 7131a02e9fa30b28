"""A PBX that speaks the vendors' APIs on loopback, for people without an account and for tests.

`Simulator` runs it in a thread, `serve` in the foreground. Rings no real phone and reaches no network.
"""

from c2c_frappe.pbx.simulator.server import Simulator, serve

__all__ = ["Simulator", "serve"]
