"""What must know every report: the workspace and its sidebar, the benchmarks, the page for managers."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REPORTS = [
	json.loads(file.read_text())["name"]
	for file in sorted(ROOT.glob("c2c_frappe/click_to_call/report/*/*.json"))
]


@pytest.mark.parametrize(
	"place",
	[
		"c2c_frappe/click_to_call/workspace/click_to_call/click_to_call.json",
		"c2c_frappe/workspace_sidebar/click_to_call.json",
		"benchmarks/site_cost.py",
		"dev.d/full_site.py",
		"docs/for-managers.md",
	],
)
def test_no_report_is_left_out(place):
	text = (ROOT / place).read_text()
	assert len(REPORTS) == 9
	assert [name for name in REPORTS if f'"{name}"' not in text and f"*{name}*" not in text] == []
