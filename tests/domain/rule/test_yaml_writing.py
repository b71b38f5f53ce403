"""YAML as it is written: for people, and so that every reader sees the same."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rule.yaml_reading import read_yaml
from shared.domain.rule.yaml_writing import yaml_lines


def _written(value: dict[str, Any]) -> str:
    return "\n".join([*yaml_lines(value), ""])


def test_it_is_written_in_blocks() -> None:
    value = {
        "rules": [
            {"name": "slow", "threshold": 5000.0, "filter": {"model": "a b"}, "group_by": []},
            {"name": "dear", "threshold": 0.25, "enabled": False, "runbook_url": None},
        ]
    }

    assert _written(value).splitlines() == [
        "rules:",
        "  - name: slow",
        "    threshold: 5000",
        "    filter:",
        "      model: a b",
        "    group_by: []",
        "  - name: dear",
        "    threshold: 0.25",
        "    enabled: false",
        "    runbook_url: null",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("model_error_rate", "model_error_rate"),
        ("More than 5 % fail.", "More than 5 % fail."),
        ("no", '"no"'),
        ("On", '"On"'),
        ("12:30", '"12:30"'),
        ("2026-11-23", '"2026-11-23"'),
        ("5e3", '"5e3"'),
        (">", '">"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        (" a", '" a"'),
        ("a,b", '"a,b"'),
        ("", '""'),
        ('say "\\"', '"say \\"\\\\\\""'),
        ("two\nlines", '"two\\u000alines"'),
        ("\x85\u2028\ufeff", '"\\u0085\\u2028\\ufeff"'),
        ("été 日本😀", '"été 日本😀"'),
    ],
)
def test_text_has_quotes_where_a_reader_might_see_something_else(text: str, written: str) -> None:
    assert _written({"a": text}) == f"a: {written}\n"


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=256)
_fields = st.dictionaries(
    _text,
    _text
    | st.booleans()
    | st.none()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(_text, max_size=3)
    | st.dictionaries(_text, _text, max_size=3),
    max_size=4,
)


@given(_fields.filter(bool))
def test_it_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    text = _written({"rules": [value, value]})

    assert json.loads(read_yaml(text.encode()).json) == {"rules": [value, value]}


@given(st.dictionaries(_text, _text, min_size=1, max_size=4))
def test_text_is_the_same_text_to_a_reader_of_yaml_1_1(value: dict[str, str]) -> None:
    assert yaml.safe_load(_written(value)) == value


def test_a_name_longer_than_a_line_may_be_is_read_back_too() -> None:
    value = {"\x01" * 256: {"\x02" * 256: "a"}}

    assert json.loads(read_yaml(_written(value).encode()).json) == value
