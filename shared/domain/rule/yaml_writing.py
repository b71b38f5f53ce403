"""YAML for people to read and keep: blocks, with quotes wherever a reader might see something else.

Text stands without quotes only where YAML 1.1 and 1.2 both read it as text. In quotes it is a JSON
string with YAML's escapes (yaml.org/spec/1.2.2, 5.7), which every YAML reader takes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*( [\w./()%-]*[\w./()%])*", re.ASCII)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
# What YAML does not print (5.1), what begins a line (5.4), the quote and the backslash.
_ESCAPED = re.compile(
    '[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|["\\\\]'
)
# A name that is longer needs the explicit form (7.4.2); the limit counts its quotes and escapes.
_LONGEST_NAME = 1_000
_INDENT = "  "


def yaml_lines(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of an object: of objects, lists, texts, numbers, true, false and None."""
    for name, each in value.items():
        written = _scalar(name)
        head = f"{written}:"
        if len(written) > _LONGEST_NAME:
            yield f"? {written}"
            head = ":"
        if isinstance(each, Mapping) and each:
            yield head
            yield from (f"{_INDENT}{line}" for line in yaml_lines(each))
        elif isinstance(each, list) and each and isinstance(each[0], Mapping):
            yield head
            for item in each:
                yield from _item(item)
        else:
            yield f"{head} {_short(each)}"


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    for at, line in enumerate(yaml_lines(item)):
        yield f"{_INDENT}{'- ' if at == 0 else '  '}{line}"


def _short(value: Any) -> str:
    """Return what fits one line."""
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_scalar(each) for each in value)}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return _number(value) if isinstance(value, float) else msgspec.json.encode(value).decode()
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _number(value: float) -> str:
    """Return a number as people write it: 5000, not 5000.0."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
