"""Colour for terminals, and nothing where it would be noise."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paint:
    """Wraps text in ANSI colours when `enabled`, else returns it as it is."""

    enabled: bool

    def bold(self, text: str) -> str:
        """Return the text in bold."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """Return the text faint."""
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        """Return the text in green."""
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        """Return the text in bold red."""
        return self._wrap("1;31", text)

    def warning(self, text: str) -> str:
        """Return the text in yellow."""
        return self._wrap("33", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled else text


def paint_for(environment: Mapping[str, str], *, terminal: bool) -> Paint:
    """Return colours for a terminal unless NO_COLOR (https://no-color.org) is set."""
    return Paint(terminal and not environment.get("NO_COLOR"))
