"""docs/channels.md: its examples are accepted, its snippet works, its limits are true."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.notification import retry
from shared.domain.notification.channel_input import parse_channel
from shared.domain.notification.channel_payload import pagerduty, slack, teams
from shared.domain.notification.delivery import LOST_AFTER, POISON_QUEUE, QUEUE
from shared.domain.notification.signature import DELIVERY_HEADER, SIGNATURE_HEADER, signature_of

PAGE = (Path(__file__).parents[1] / "docs" / "channels.md").read_text()
BODY, SECRET = b'{"schema":"1"}', "s3cret"


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def is_genuine() -> Callable[[str, bytes, str], bool]:
    (snippet,) = fenced("python")
    names: dict[str, Callable[[str, bytes, str], bool]] = {}
    exec(snippet, names)
    return names["is_genuine"]


@pytest.mark.parametrize("example", fenced("json"))
def test_every_example_is_a_channel(example: str) -> None:
    assert parse_channel(example.encode(), name="ops", allow_private=False).enabled


def test_there_is_an_example_of_every_type() -> None:
    found = {
        parse_channel(e.encode(), name="ops", allow_private=False).type for e in fenced("json")
    }
    assert found == {"webhook", "slack", "teams", "pagerduty"}


def test_the_snippet_accepts_what_was_signed_lately(
    is_genuine: Callable[[str, bytes, str], bool],
) -> None:
    now_s = int(time.time())
    assert is_genuine(signature_of(BODY, SECRET, timestamp_s=now_s), BODY, SECRET)


@pytest.mark.parametrize(
    ("late_s", "body", "secret"),
    [(400, BODY, SECRET), (-400, BODY, SECRET), (0, BODY + b" ", SECRET), (0, BODY, "other")],
)
def test_the_snippet_refuses_anything_else(
    is_genuine: Callable[[str, bytes, str], bool], late_s: int, body: bytes, secret: str
) -> None:
    header = signature_of(BODY, SECRET, timestamp_s=int(time.time()) - late_s)
    assert not is_genuine(header, body, secret)


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "nonsense", "t=x,v1=y", "t=1,v1=é"])
def test_the_snippet_refuses_what_is_no_signature(
    is_genuine: Callable[[str, bytes, str], bool], header: str
) -> None:
    assert not is_genuine(header, BODY, SECRET)


@pytest.mark.parametrize(
    "said",
    [
        SIGNATURE_HEADER,
        DELIVERY_HEADER,
        f"`{QUEUE}`",
        f"`{POISON_QUEUE}`",
        f"At most {slack.MAX_BLOCKS - 1} alerts and {slack.MAX_MESSAGE_CHARACTERS:,} characters",
        f"below {teams.MAX_BODY_BYTES:,} bytes",
        f"cut at {pagerduty.MAX_SUMMARY_CHARACTERS:,} characters",
        f"more than {LOST_AFTER.seconds // 60} minutes after",
        f"`{retry.GAVE_UP}`",
        f"`{retry.Problem.ADDRESS_REFUSED}`",
    ],
)
def test_names_and_limits_are_those_of_the_code(said: str) -> None:
    assert said in re.sub(r"\s+", " ", PAGE)


def test_the_waits_are_those_of_the_code() -> None:
    waits_s = [min(retry.FIRST_DELAY_S << at, retry.MAX_DELAY_S) for at in range(7)]
    assert waits_s == [30, 60, 120, 240, 480, 900, 900]
    assert "30 s, 1, 2, 4, 8, 15 and 15 minutes" in re.sub(r"\s+", " ", PAGE)
    assert retry.MAX_FAILURES == 8
