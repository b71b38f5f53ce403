"""From YAML, as people keep rules in files, to the JSON that everything else here reads.

Read is what YAML 1.2's core schema (yaml.org/spec/1.2.2, chapter 10) and JSON agree on: text that
looks like a JSON number is a number, `true`, `false` and `null` are what they say, and all else is
text. So `no`, `on`, `12:30` and `2026-11-23`, which YAML 1.1 turns into other things, stay the text
they are. Anchors, aliases and tags are refused: nothing here needs them, and a few lines of aliases
can stand for gigabytes. Importing PyYAML takes some 50 ms: import this module where it is needed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

from shared.errors import InvalidInput, TooLarge

MAX_YAML_BYTES = 512 << 10
MAX_DEPTH = 16

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), b"null"),
    **dict.fromkeys(("true", "True", "TRUE"), b"true"),
    **dict.fromkeys(("false", "False", "FALSE"), b"false"),
}
_LAST_STEP = re.compile(r"(^|\.|\[)[^.\[]*$")
# The parser in C; in Python it takes twenty times as long.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlText:
    """A YAML document.

    Attributes:
        json: the same as JSON.
        lines: path, as `rules[3].name` -> the line it stands in, from 1.
    """

    json: bytes
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """Return the line of a path, or of the nearest thing that would hold it."""
        while path and path not in self.lines:
            path = _LAST_STEP.sub("", path)
        return self.lines[path]


def read_yaml(body: bytes) -> YamlText:
    """Return a YAML document as JSON.

    Raises:
        InvalidInput: it is not YAML, or uses what is not read here; says the line and column.
        TooLarge: more than 512 KiB.
    """
    if len(body) > MAX_YAML_BYTES:
        raise TooLarge(f"body: {MAX_YAML_BYTES} bytes of YAML at most")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput.at("body", f"expected UTF-8 ({error})") from error
    try:
        reader = _Reader(yaml.parse(text, Loader=_LOADER))
        value = reader.document()
    except yaml.YAMLError as error:
        raise InvalidInput.at("body", f"expected valid YAML ({_said(error)})") from error
    return YamlText(msgspec.json.encode(value), reader.lines)


class _Reader:
    """A walk through the parser's events; PyYAML's own constructors would read YAML 1.1."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self.lines: dict[str, int] = {}

    def document(self) -> Any:
        """Return the only document's value.

        Raises:
            InvalidInput: there is none, there are several, or it goes too deep.
        """
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise InvalidInput.at("body", "expected a YAML document, got nothing")
        value = self._node(next(self._events), "", 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _refused(after, "expected one YAML document, got another")
        return value

    def _node(self, event: Any, path: str, depth: int) -> Any:
        _guard(event)
        if depth > MAX_DEPTH:
            raise _refused(event, f"expected at most {MAX_DEPTH} levels")
        self.lines[path] = event.start_mark.line + 1
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items = enumerate(self._until(yaml.SequenceEndEvent))
            return [self._node(item, f"{path}[{at}]", depth + 1) for at, item in items]
        return _plain(event.value) if event.implicit[0] else event.value

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for event in self._until(yaml.MappingEndEvent):
            name = _name(event)
            if name in first:
                reason = f"expected each name once, got {name!r} again (first in line "
                raise _refused(event, f"{reason}{first[name]})")
            first[name] = event.start_mark.line + 1
            inner = f"{path}.{name}" if path else name
            found[name] = self._node(next(self._events), inner, depth + 1)
        return found

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event


def _guard(event: Any) -> None:
    if event.anchor is not None:
        raise _refused(event, "anchors and aliases are not read, write the value out")
    if getattr(event, "tag", None) is not None:
        raise _refused(event, f"tags are not read, got {event.tag}")


def _name(event: Any) -> str:
    _guard(event)
    if not isinstance(event, yaml.ScalarEvent):
        raise _refused(event, "expected a name before the colon")
    return str(event.value)


def _plain(text: str) -> Any:
    """Return what a scalar without quotes is; numbers keep their digits."""
    if text in _WORDS:
        return msgspec.Raw(_WORDS[text])
    return msgspec.Raw(text.encode()) if _NUMBER.fullmatch(text) else text


def _refused(event: Any, reason: str) -> InvalidInput:
    mark = event.start_mark
    return InvalidInput.at("body", f"{reason}, in line {mark.line + 1}, column {mark.column + 1}")


def _said(error: yaml.YAMLError) -> str:
    """Return a parser's complaint on one line, with the line and column as people count them."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return problem if mark is None else f"{problem}, line {mark.line + 1}, column {mark.column + 1}"
