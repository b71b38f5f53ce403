"""A set of rules as a YAML file: what an export writes, `PUT /api/v1/rules` reads back unchanged.

Left out is what would be filled in anyway, so that a file shows what its author decided. `group_by`
always stands, because its default follows the metric.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import fields

from shared.domain.rule.input import parse_rules
from shared.domain.rule.lifecycle import RuleLifecycle
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.yaml_writing import yaml_lines
from shared.errors import Fault, InvalidInput

_ALWAYS = ("group_by",)
_USUAL_KIND = "threshold"
_WANTED_TEXT = re.compile(r"expected (text.*, got (-?\d|true|false|null)|each value to be text)")
_FIRST = ("name", "description", "kind")
_LAST = tuple(field.name for field in fields(RuleLifecycle) if field.name not in _FIRST)


def parse_rules_yaml(body: bytes) -> list[AlertRule]:
    """Return the rules of a YAML document, as `parse_rules` does of JSON.

    Raises:
        InvalidInput: it is not YAML, or with every fault of every rule; each says its line.
        TooLarge: more than 512 KiB.
    """
    from shared.domain.rule.yaml_reading import read_yaml

    text = read_yaml(body)
    try:
        return parse_rules(text.json)
    except InvalidInput as error:
        faults = [
            Fault(each.path, f"{_with_hint(each.reason)} (line {text.line_of(each.path)})")
            for each in error.faults
        ]
    raise InvalidInput("; ".join(f"{each.path}: {each.reason}" for each in faults), faults)


def rules_as_yaml(rules: Sequence[AlertRule]) -> bytes:
    """Return a set of rules as a YAML document, in the order given."""
    if not rules:
        return b"rules: []\n"
    lines = yaml_lines({"rules": [stated_fields(rule) for rule in rules]})
    return "\n".join([*lines, ""]).encode()


def stated_fields(rule: AlertRule) -> dict[str, Any]:
    """Return a rule's fields, by their names in JSON, without those that have their defaults."""
    every = msgspec.to_builtins(rule)
    usual = {field.encode_name: msgspec.to_builtins(_default(field)) for field in fields(rule)}
    if every["kind"] == _USUAL_KIND:
        usual["kind"] = _USUAL_KIND
    shown = {
        name: value
        for name, value in every.items()
        if name in _ALWAYS or name not in usual or value != usual[name]
    }
    own = [name for name in shown if name not in (*_FIRST, *_LAST)]
    return {name: shown[name] for name in (*_FIRST, *own, *_LAST) if name in shown}


def _default(field: msgspec.structs.FieldInfo) -> Any:
    """Return a field's default; what no field can be, where it has none or is left out by then."""
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return () if field.default in (msgspec.NODEFAULT, msgspec.UNSET) else field.default


def _with_hint(reason: str) -> str:
    quoting = "; in YAML, put what looks like a number, true, false or null in quotes"
    return reason + quoting if _WANTED_TEXT.match(reason) else reason
