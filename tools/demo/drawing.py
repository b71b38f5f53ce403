"""Numbers as text: aligned tables and sparklines."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Return the lines of a table with its head first.

    Args:
        head: the columns' names.
        rows: the cells, as many per row as the head has.
        left: how many columns, from the first, are aligned to the left; the others to the right.
    """
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def sparkline(values: Sequence[float | None]) -> str:
    """Return one bar per value from zero to the largest; a blank where there is none."""
    top = max((value for value in values if value is not None), default=0)
    if top <= 0:
        return "".join(" " if value is None else BARS[0] for value in values)
    return "".join(
        " " if value is None else BARS[round(max(value, 0) / top * (len(BARS) - 1))]
        for value in values
    )


def number(value: float | None, *, decimals: int = 0) -> str:
    """Return a number with separators; a dash for None."""
    return "-" if value is None else f"{value:,.{decimals}f}"


def compact(count: float | None) -> str:
    """Return a large count in thousands, millions or billions: `1.2 M`."""
    if count is None:
        return "-"
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:,.1f}{unit}"
    return f"{count:,.0f}"
