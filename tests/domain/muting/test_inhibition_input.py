"""An inhibition as people put it, and every reason to refuse one."""

from typing import Any

import msgspec
import pytest

from shared.domain.muting.inhibition import Inhibition
from shared.domain.muting.inhibition_input import parse_inhibition
from shared.errors import InvalidInput

_BODY: dict[str, Any] = {
    "source": {"severity": "critical"},
    "target": {"severity": "warning"},
    "equal": ["model", "deployment"],
}


def _parsed(name: str = "worse", **changes: Any) -> Inhibition:
    body = {key: value for key, value in (_BODY | changes).items() if value is not ...}
    return parse_inhibition(msgspec.json.encode(body), name=name)


def test_an_inhibition_is_read() -> None:
    assert _parsed() == Inhibition(
        name="worse",
        source={"severity": "critical"},
        target={"severity": "warning"},
        equal=("model", "deployment"),
    )


def test_labels_to_be_equal_may_be_left_out() -> None:
    assert _parsed(equal=..., name="worse").equal == ()


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"source": ...}, "source", "required, but missing"),
        ({"target": {}}, "target", "expected at least one label with a value"),
        ({"source": {"severity": None}}, "source", "expected each value to be text"),
        ({"equal": ["model", "model"]}, "equal", "expected each label once"),
        ({"equal": [""]}, "equal[0]", "expected text of at least 1 character"),
        ({"equal": "model"}, "equal", "expected an array"),
        ({"sources": {}}, "sources", "unknown field"),
        ({"name": "a b"}, "name", "expected 1 to 128 of A-Z a-z 0-9 _ -"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _parsed(**changes)

    (fault,) = refused.value.faults
    assert fault.path == path
    assert fault.reason.startswith(reason)


def test_a_name_in_the_body_has_to_be_the_one_in_the_route() -> None:
    body = msgspec.json.encode(_BODY | {"name": "other"})

    with pytest.raises(InvalidInput, match="name: expected 'worse' as in the route"):
        parse_inhibition(body, name="worse")
