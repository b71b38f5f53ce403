"""One line says how far a long step is: rewritten in place on a terminal, else printed once."""

import time
from types import TracebackType
from typing import Self, TextIO


class Progress:
    """The progress of one step; as a context manager, it ends its line when the step ends."""

    def __init__(self, step: str, *, out: TextIO, terminal: bool) -> None:
        """Keep the step's name, where to write, and whether that is a terminal."""
        self.step = step
        self.out = out
        self.terminal = terminal
        self.text = ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._began_s

    def show(self, text: str) -> None:
        """Say how far the step is."""
        self.text = text
        if self.terminal:
            self.out.write(f"\r\x1b[K{self.step:<11}{text}")
            self.out.flush()

    def __enter__(self) -> Self:
        self._began_s = time.monotonic()
        self.show("...")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        start = "\r\x1b[K" if self.terminal else ""
        ended = "stopped after" if error else "in"
        self.out.write(f"{start}{self.step:<11}{self.text}, {ended} {self.elapsed_s:.1f} s\n")
        self.out.flush()
