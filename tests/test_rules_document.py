"""Every example of docs/rules.md is a rule that can be put."""

import re
from pathlib import Path

import msgspec
import pytest

from shared.domain.rule.fields import RuleKind
from shared.domain.rule.input import parse_rule

_TEXT = (Path(__file__).parents[1] / "docs" / "rules.md").read_text()
_EXAMPLES = re.findall(r"```json\n(.*?)```", _TEXT, re.DOTALL)


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda text: msgspec.json.decode(text)["name"])
def test_an_example_is_accepted(example: str) -> None:
    stated = msgspec.json.decode(example)

    rule = parse_rule(example.encode())

    answered = msgspec.json.decode(msgspec.json.encode(rule))
    assert {name: answered[name] for name in stated if name not in ("bad", "good", "total")} == {
        name: each for name, each in stated.items() if name not in ("bad", "good", "total")
    }


def test_every_kind_has_an_example() -> None:
    kinds = {msgspec.json.decode(each).get("kind", "threshold") for each in _EXAMPLES}

    assert kinds == set(RuleKind)
