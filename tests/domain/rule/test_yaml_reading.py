"""YAML as it is read: like JSON, with a line for every place, and without YAML's dangers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rule.yaml_reading import MAX_YAML_BYTES, read_yaml
from shared.errors import InvalidInput, TooLarge


def _read(text: str) -> Any:
    return json.loads(read_yaml(text.encode()).json)


def _refusal(body: bytes | str) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_yaml(body if isinstance(body, bytes) else body.encode())
    (fault,) = refused.value.faults
    assert fault.path == "body"
    return fault.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5000", 5000),
        ("-0.25", -0.25),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"5000"', "5000"),
        ("'true'", "true"),
    ],
)
def test_a_scalar_is_what_it_is_in_json(text: str, value: Any) -> None:
    found = _read(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    ["no", "on", "YES", "y", "12:30", "190:20:30", "2026-11-23", "0017", "1_000", ".5", "+1"],
)
def test_what_yaml_1_1_would_turn_into_something_else_is_the_text_it_is(text: str) -> None:
    assert _read(f"a: {text}") == {"a": text}


def test_a_number_keeps_its_digits() -> None:
    assert read_yaml(b"a: 123456789012345678901234.50").json == (
        b'{"a":123456789012345678901234.50}'
    )


def test_names_are_text_whatever_they_look_like() -> None:
    assert _read("{5: a, no: b, true: c}") == {"5": "a", "no": "b", "true": "c"}


def test_every_place_has_its_line() -> None:
    text = read_yaml(b"rules:\n  - name: a\n    filter:\n      model: b\n  - name: c\n")

    lines = {path: text.line_of(path) for path in ("rules[0].filter.model", "rules[1].name")}
    assert lines == {"rules[0].filter.model": 4, "rules[1].name": 5}
    assert text.line_of("rules[0].threshold") == text.line_of("rules[0]") == 2
    assert text.line_of("body") == text.line_of("") == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1,\nb", "expected valid YAML (did not find expected ',' or ']', line 3, column 1)"),
        ("a: b: c", "(mapping values are not allowed in this context, line 1, column 5)"),
        ("a: \x00", "control characters are not allowed"),
        ('a: "\\ud83d"', "found invalid Unicode character escape code"),
        ("", "expected a YAML document, got nothing"),
        ("# only a comment\n", "expected a YAML document, got nothing"),
        ("a: 1\n---\nb: 2\n", "expected one YAML document, got another, in line 2, column 1"),
        (
            "a: 1\nb: 2\na: 3\n",
            "expected each name once, got 'a' again (first in line 1), in line 3, column 1",
        ),
        ("a: &x 1", "anchors and aliases are not read, write the value out, in line 1, column 4"),
        ("a: *x", "anchors and aliases are not read, write the value out, in line 1, column 4"),
        ("&x a: 1", "anchors and aliases are not read"),
        ("a: !!python/object:os.system b", "tags are not read, got tag:yaml.org,2002:python/"),
        ("? [a]\n: 1", "expected a name before the colon, in line 1, column 3"),
    ],
)
def test_what_is_not_read_is_refused_with_its_place(text: str, reason: str) -> None:
    assert reason in _refusal(text)


def test_text_that_is_not_utf_8_is_refused() -> None:
    assert _refusal(b"a: \xff").startswith("expected UTF-8")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[[{a: "])
def test_deep_nesting_ends_where_it_gets_too_deep(opening: str) -> None:
    # The parser alone takes more than a minute for a tenth of this.
    body = opening * (MAX_YAML_BYTES // len(opening))

    assert _refusal(body).startswith("expected at most 16 levels")


def test_the_size_is_bounded() -> None:
    with pytest.raises(TooLarge, match="524288 bytes of YAML at most"):
        read_yaml(b" " * (MAX_YAML_BYTES + 1))


# JSON writes what lies beyond U+FFFF as two halves, which no YAML reader takes.
_text = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_values = st.recursive(
    st.none() | st.booleans() | _numbers | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_text, _values, max_size=4))
def test_json_is_yaml(value: dict[str, Any]) -> None:
    assert _read(json.dumps(value)) == value
