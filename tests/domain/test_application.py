import json
from typing import Any

import pytest

from shared.domain.application import Application, Residency, parse_application
from shared.errors import InvalidInput


def parsed(name: str = "nightly", /, **body: Any) -> Application:
    return parse_application(json.dumps(body).encode(), name=name)


def test_what_nobody_said_is_not_known() -> None:
    assert parsed() == Application(name="nightly")


def test_every_field_is_kept() -> None:
    found = parsed(
        max_delay_s=86_400,
        timeout_s=900,
        residency="data_zone",
        quality_threshold=0.8,
        owner="data team",
    )
    assert (found.max_delay_s, found.timeout_s, found.residency) == (
        86_400.0,
        900.0,
        Residency.DATA_ZONE,
    )
    assert (found.quality_threshold, found.owner) == (0.8, "data team")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"max_delay_s": -1}, "max_delay_s"),
        ({"timeout_s": 1e9}, "timeout_s"),
        ({"residency": "moon"}, "residency"),
        ({"quality_threshold": 1.5}, "quality_threshold"),
        ({"owner": "a\u0000"}, "owner"),
        ({"max_delay_s": 10, "timeout_s": 11}, "timeout_s"),
        ({"name": "other"}, "name"),
        ({"color": 1}, "color"),
    ],
)
def test_each_fault_is_named(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parsed(**body)
    assert [fault.path for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 257])
def test_names_are_those_that_requests_may_carry(name: str) -> None:
    with pytest.raises(InvalidInput, match="name: expected 1 to 256"):
        parsed(name)
