"""Checking a configuration that is to be improved: keys that are known have to be of their kind."""

import math
from collections.abc import Callable, Mapping

from shared.domain.advice.setting_change import (
    CACHING,
    EFFORT,
    LIMITS,
    STREAM,
    TEMPERATURE,
    TIMEOUT,
)
from shared.domain.record.decode_words import shortened
from shared.errors import InvalidInput

_LONGEST = 1 << 53
_HOTTEST = 100.0
_LONGEST_S = 7 * 86_400
_MOST_CHARACTERS = 256
MOST_KEYS = 200


def checked(config: Mapping[str, object]) -> dict[str, object]:
    """Return a configuration whose known keys are of their kind; null stands for not set.

    Raises:
        InvalidInput: one of them is not, by name.
    """
    if len(config) > MOST_KEYS:
        raise InvalidInput.at("current_config", f"expected at most {MOST_KEYS} keys")
    for key, (is_fine, expected) in _KINDS.items():
        value = config.get(key)
        if value is not None and not is_fine(value):
            got = shortened(repr(value))
            raise InvalidInput.at(f"current_config.{key}", f"expected {expected}, got {got}")
    return dict(config)


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LONGEST


def _is_number(low: float, high: float) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value) and low <= value <= high  # type: ignore[arg-type, operator]

    return check


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MOST_CHARACTERS


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(LIMITS, (_is_limit, f"a whole number from 1 to {_LONGEST}")),
    TEMPERATURE: (_is_number(0, _HOTTEST), f"a number from 0 to {_HOTTEST:g}"),
    EFFORT: (_is_text, f"a text of 1 to {_MOST_CHARACTERS} characters"),
    CACHING: (_is_flag, "true or false"),
    STREAM: (_is_flag, "true or false"),
    TIMEOUT: (_is_number(0, _LONGEST_S), f"seconds from 0 to {_LONGEST_S}"),
}
