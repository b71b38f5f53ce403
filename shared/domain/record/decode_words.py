"""What the JSON decoder complains about, in the words of the contract.

msgspec says ``Expected `float` >= 0.0 - at `$.duration_ms` ``; clients read, next to the path,
`expected a number >= 0, got -5`.
"""

import re
from collections.abc import Sequence

import msgspec

CUT = 60
_MOMENT = "an RFC 3339 time with an offset"
_TYPES = {
    "int": "an integer",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "datetime": _MOMENT,
    "object": "an object",
    "array": "an array",
    "null": "null",
}
_LIMITS = {">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than"}
_PARTS = {"str": "character,characters", "array": "item,items", "object": "entry,entries"}
_FIXED = {
    "Invalid RFC3339 encoded datetime": f"expected {_MOMENT}",
    "Number out of range": "expected a number of at most 1e308",
    "Integer value out of range": "expected a number of at most 1e308",
}
_EXPECTED = re.compile(r"Expected `([^`]+)`(.*?)(?:, got `[^`]*`)?", re.DOTALL)
_NAME = re.compile(r"matching regex '.*\[A-Za-z0-9_-\]\{1,(\d+)\}")
_LENGTH = re.compile(r" of length (>=|<=|>|<) (\d+)")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def expectation(message: str, choices: Sequence[str] = ()) -> str:
    """Return what was expected.

    Args:
        message: the decoder's message without its place.
        choices: the texts allowed where the message is about an enumeration.
    """
    if message.startswith("Invalid enum value"):
        return f"expected one of {', '.join(choices)}" if choices else "expected one of its words"
    named = _NAME.search(message)
    if named:
        return f"expected 1 to {named[1]} of A-Z a-z 0-9 _ -"
    if "codec can't decode" in message:
        return "expected UTF-8"
    found = _EXPECTED.fullmatch(message)
    if not found:
        return _FIXED.get(message, f"expected valid JSON ({message})")
    kinds = found[1].split(" | ")
    words = " or ".join(_TYPES.get(kind, kind) for kind in kinds)
    return f"expected {words}{_condition(kinds[0], found[2])}"


def value_at(raw: bytes | msgspec.Raw, place: str) -> str:
    """Return the JSON at a place, as sent, cut at 60 characters; empty where it is not there.

    Args:
        raw: the JSON that the place is in.
        place: as `.values[3]`; empty for all of it.
    """
    try:
        for name, index in _STEP.findall(place):
            if name:
                raw = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])[name]
            else:
                raw = msgspec.json.decode(raw, type=list[msgspec.Raw])[int(index)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, IndexError):
        return ""
    return shortened(bytes(raw).decode("utf-8", "replace"))


def shortened(text: str) -> str:
    """Return a text on one line, cut at 60 characters."""
    line = re.sub(r"[\t\r\n]+", " ", text[: 2 * CUT]).strip()
    return line if len(line) <= CUT else f"{line[: CUT - 3]}..."


def _condition(kind: str, text: str) -> str:
    length = _LENGTH.fullmatch(text)
    if length:
        one, many = _PARTS.get(kind, "entry,entries").split(",")
        return f" of {_LIMITS[length[1]]} {length[2]} {one if length[2] == '1' else many}"
    if text == " with a timezone component":
        return ""
    return text.removesuffix(".0")
