"""Pieces of an SVG document."""

from collections.abc import Iterable, Sequence
from html import escape

INK, FAINT, GRID, PAPER = "#323130", "#605e5c", "#e1dfdd", "#ffffff"
COLOURS = (
    "#0078d4",
    "#d83b01",
    "#107c10",
    "#8764b8",
    "#e3b505",
    "#038387",
    "#a4262c",
    "#69797e",
    "#4f6bed",
    "#ca5010",
    "#498205",
    "#c239b3",
    "#8e562e",
    "#00b7c3",
    "#c50f1f",
    "#393939",
)
_THIN, _NARROW, _WIDE = frozenset("fijlrtI1.,:;|'!()[]/ -"), 0.4, 0.62
_FONT = "Segoe UI, Helvetica, Arial, sans-serif"


def text(
    x: float, y: float, words: str, *, size: int = 12, fill: str = INK, anchor: str = "start"
) -> str:
    """Return a line of text; `y` is its base line."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def rectangle(x: float, y: float, width: float, height: float, *, fill: str, edge: str = "") -> str:
    """Return a rectangle, with an edge of one pixel where a colour is given."""
    stroke = f' stroke="{edge}"' if edge else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{stroke}/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, *, colour: str = GRID) -> str:
    """Return a straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def path(points: Sequence[tuple[float, float]], *, colour: str, fill: bool = False) -> str:
    """Return a line through points, or the area they enclose."""
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    if fill:
        return f'<polygon points="{at}" fill="{colour}" fill-opacity="0.35"/>'
    return f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def document(pieces: Iterable[str], *, width: int, height: int) -> str:
    """Return the whole document."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{_FONT}">\n'
        f"{rectangle(0, 0, width, height, fill=PAPER)}\n" + "\n".join(pieces) + "\n</svg>\n"
    )


def width_of(words: str, *, size: int = 12) -> float:
    """Return how wide a text is at most, whichever of the fonts a reader has."""
    return size * sum(_NARROW if each in _THIN else _WIDE for each in words)


def clipped(words: str, width: float, *, size: int = 12) -> str:
    """Return text that fits a width, the end left out where it does not."""
    if width_of(words, size=size) <= width:
        return words
    kept = words
    while len(kept) > 1 and width_of(kept + "…", size=size) > width:
        kept = kept[:-1]
    return kept + "…"


def wrapped(words: str, width: float, *, size: int = 12) -> list[str]:
    """Return text in lines that fit a width; a word that does not is clipped."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size=size) <= width:
            lines[-1] = longer
        else:
            lines.append(clipped(word, width, size=size))
    return lines
