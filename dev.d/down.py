"""Stop everything that `./dev up` started; its data stays."""

import bench_site
import services
from places import RUNNING


def main(arguments: list[str]) -> int:
	if arguments:
		print("usage: ./dev down")
		return 2
	ended = services.stop(RUNNING) + bench_site.down()
	print(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")
	return 0
