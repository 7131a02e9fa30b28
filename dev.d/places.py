"""Where `./dev` keeps things. All of it lies in the git-ignored folder .dev and may be deleted when down."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".dev"

# The built Frappe, Python and npm packages that all embedded sites share.
EMBEDDED = STATE / "embedded"
# The try-out's own folder, and the records and logs of what `./dev up` started.
TRY_OUT = STATE / "try-out"
RUNNING = TRY_OUT / "run"

# The bench sites of `./dev bench` and `./dev shots`, apart from those of the tests.
FIGURES = STATE / "bench-figures"
