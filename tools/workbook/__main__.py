"""Draws the workbook from an evening of the demo's fleet, lived in fast forward.

    python -m tools.workbook --out docs/workbook

Six SVG files, one a tab. Nothing comes from Azure, and the pictures say so.
"""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path

from tools.fast_forward.evening import HOUR, Evening, record
from tools.kql.engine import Insights
from tools.workbook.content import TABS
from tools.workbook.picture.page import Source, page

_LABEL = (
    "RENDERED LOCALLY from simulated traffic (no request here was ever made), by the workbook's "
    "own queries over what the app sent; Azure draws it a little differently."
)
_EVENING = Evening(
    lasts=8 * HOUR,
    sample_every=6 * HOUR,
    scale=0.6,
    budgets={
        "everything": {"amount_usd": "12000"},
        "checkout": {"amount_usd": "40", "scope": {"application": "checkout-bot"}},
    },
)


def main() -> None:
    """Live through the evening and draw."""
    parser = argparse.ArgumentParser(prog="python -m tools.workbook", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/workbook"), metavar="FOLDER")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    insights = Insights.recorded(asyncio.run(record(_EVENING)), {})
    source = Source(insights, _EVENING.start, _EVENING.end, timedelta(minutes=10), _LABEL)
    for tab in TABS:
        file = folder / f"{tab.name.lower()}.svg"
        file.write_text(page(tab, source))
        print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
