"""What docs/alerting.md shows is what the app takes."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from shared.domain.alert.flaps import FLAPS_WITHIN, STEADY_AFTER
from shared.domain.muting.inhibition_input import parse_inhibition
from shared.domain.muting.silence_input import MAX_LENGTH, parse_silence
from shared.domain.notification.group import MAX_WAITING
from shared.domain.notification.notification import Suppression
from shared.domain.notification.route import GROUP_INTERVAL_S, GROUP_WAIT_S
from shared.domain.notification.route_input import parse_routes
from shared.services.silences import KEPT
from shared.triggers.alerts import Acknowledging

_TEXT = (Path(__file__).parents[1] / "docs" / "alerting.md").read_text()
_NOW = datetime(2099, 12, 1, tzinfo=UTC)
# An indented block: a method and a path, then JSON.
_EXAMPLE = re.compile(r"^    (PUT|POST) (/api/\S+)\n((?:    .*\n)+)", re.MULTILINE)
_EXAMPLES = {path: body.encode() for _, path, body in _EXAMPLE.findall(_TEXT)}


def test_every_kind_of_body_has_an_example() -> None:
    assert [path.split("/")[3] for path in _EXAMPLES] == [
        "alerts",
        "silences",
        "inhibitions",
        "routes",
    ]


@pytest.mark.parametrize(("path", "body"), _EXAMPLES.items(), ids=_EXAMPLES)
def test_an_example_is_taken(path: str, body: bytes) -> None:
    match path.split("/")[3]:
        case "alerts":
            assert msgspec.json.decode(body, type=Acknowledging).by
        case "silences":
            assert parse_silence(body, identity="s", now=_NOW, default_start=_NOW).matchers
        case "inhibitions":
            assert parse_inhibition(body, name=path.split("/")[4]).equal
        case "routes":
            channels = {"web", "pager", "ops"}
            assert len(parse_routes(body, channels=channels)) == 4


def test_the_table_of_what_holds_back_is_in_the_order_of_strength() -> None:
    table = _TEXT.split("| suppressed_by |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(Suppression)


def test_the_numbers_are_those_of_the_code() -> None:
    text = " ".join(_TEXT.split())
    for said in (
        f"`group_wait_s` ({GROUP_WAIT_S})",
        f"`group_interval_s` ({GROUP_INTERVAL_S})",
        f"third alert within {FLAPS_WITHIN.seconds // 60} minutes",
        f"steady for {STEADY_AFTER.seconds // 60}",
        f"at most {MAX_WAITING} alerts",
        f"lasts {MAX_LENGTH.days} days at most",
        f"for {KEPT.days} more days",
    ):
        assert said in text
