"""Bodies that are one object: every fault has its place."""

from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from shared.domain.record.object_decoding import ObjectDecoder
from shared.errors import Fault, InvalidInput

Level = Annotated[float, Meta(ge=-1e300, le=1e300)]


class Body(msgspec.Struct, frozen=True):
    """A body with one field of each kind."""

    name: Annotated[str, Meta(min_length=1, max_length=8)]
    levels: Annotated[dict[str, Level], Meta(min_length=1, max_length=2)] = {}
    tags: dict[str, str] | None = None


_DECODER = ObjectDecoder(Body, entries={"levels": Level})


def _faults(body: bytes, *, strict: bool = False) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        _DECODER.decode(body, strict=strict)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_a_sound_body_is_decoded() -> None:
    found, unknown = _DECODER.decode(b'{"name":"a","levels":{"x":1}}', strict=True)
    assert found == Body("a", {"x": 1.0})
    assert unknown == {}


def test_unknown_fields_are_named_and_refused_when_strict() -> None:
    body = b'{"name":"a","foo":1,"bar":{}}'
    assert _DECODER.decode(body, strict=False) == (Body("a"), {"foo": 1, "bar": 1})
    assert _faults(body, strict=True) == {"foo": "unknown field", "bar": "unknown field"}


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        pytest.param(b"{}", {"name": "required, but missing"}, id="missing"),
        pytest.param(b'{"name":5}', {"name": "expected text, got 5"}, id="type"),
        pytest.param(b"[1]", {"body": "expected an object, got [1]"}, id="array"),
        pytest.param(
            b'{"name":"a","levels":{"x":"y","z":1,"w":null}}',
            {"levels.x": 'expected a number, got "y"', "levels.w": "expected a number, got null"},
            id="each bad entry",
        ),
        pytest.param(
            b'{"name":"a","levels":{"x":1e999}}',
            {"levels.x": "expected a number of at most 1e308, got 1e999"},
            id="infinite entry",
        ),
        pytest.param(
            b'{"name":"a","levels":{"x":1,"y":2,"z":3}}',
            {"levels": 'expected an object of at most 2 entries, got {"x":1,"y":2,"z":3}'},
            id="too many entries",
        ),
        pytest.param(
            b'{"name":"a","levels":7}', {"levels": "expected an object, got 7"}, id="no object"
        ),
        pytest.param(
            b'{"name":"a\\u0007"}',
            {"name": "expected no control characters, got 'a\\x07'"},
            id="control character",
        ),
        pytest.param(
            b'{"name":"a","tags":{"k":"\\u0000"}}',
            {"tags": "expected no control characters, got '\\x00'"},
            id="control character in a tag",
        ),
    ],
)
def test_a_fault_names_its_field(body: bytes, faults: dict[str, str]) -> None:
    assert _faults(body) == faults


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"name":"\xff"}', b"[" * 100_000])
def test_what_is_no_json_is_our_error(body: bytes) -> None:
    assert set(_faults(body)) <= {"body", "name"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["name", "levels", "tags", "x"]), _JSON),
    st.booleans(),
)
def test_a_json_object_is_decoded_or_refused_with_its_faults(
    body: dict[str, object], strict: bool
) -> None:
    raw = msgspec.json.encode(body)
    refused: tuple[Fault, ...] = ()
    try:
        found, unknown = _DECODER.decode(raw, strict=strict)
    except InvalidInput as error:
        refused = error.faults
    else:
        assert found.name == body["name"]
        assert set(unknown) == set(body) - {"name", "levels", "tags"}
    assert all(fault.path and fault.reason for fault in refused)
