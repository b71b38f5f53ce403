"""What the person who starts the demo may choose, by environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.demo.api import DemoError


@dataclass(frozen=True, slots=True)
class Options:
    """The choices.

    Attributes:
        trace: a recorded trace to replay; None simulates a day.
        once: end after the summary instead of staying up.
        port: where the app listens; Azurite takes the three ports after it.
        seed: where the simulation's chance starts.
    """

    trace: Path | None
    once: bool
    port: int
    seed: int


def options_from(environment: Mapping[str, str]) -> Options:
    """Return the choices stated as TRACE, ONCE, PORT and SEED; an empty one counts as absent.

    Raises:
        DemoError: one of them makes no sense, by name.
    """
    trace = Path(environment["TRACE"]) if environment.get("TRACE") else None
    if trace is not None and not trace.is_file():
        raise DemoError(f"TRACE={trace}: there is no such file")
    return Options(
        trace=trace,
        once=environment.get("ONCE", "") not in {"", "0"},
        port=_whole(environment, "PORT", 7071, 65_532),
        seed=_whole(environment, "SEED", 1, 2**31),
    )


def _whole(environment: Mapping[str, str], name: str, default: int, high: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= high:
        raise DemoError(f"{name}={text}: expected a whole number from 1 to {high}")
    return int(text)
