"""Signatures, and every way of getting one wrong."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.signature import TOLERANCE_S, is_signed, signature_of

BODY, SECRET, NOW_S = b'{"schema":"1"}', "s3cret", 1_795_428_000
HEADER = signature_of(BODY, SECRET, timestamp_s=NOW_S)


def test_the_header_is_what_the_documentation_says() -> None:
    text = f"{NOW_S}.{BODY.decode()}".encode()
    digest = hmac.new(b"s3cret", text, hashlib.sha256).hexdigest()
    assert signature_of(BODY, "s3cret", timestamp_s=NOW_S) == f"t={NOW_S},v1={digest}"


def test_a_published_digest_is_met() -> None:
    # From `printf '1.{}' | openssl dgst -sha256 -hmac key`.
    assert signature_of(b"{}", "key", timestamp_s=1) == (
        "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
    )


@given(st.binary(max_size=200), st.text(min_size=1), st.integers(0, 1 << 40))
def test_what_was_signed_is_accepted(body: bytes, secret: str, at_s: int) -> None:
    assert is_signed(signature_of(body, secret, timestamp_s=at_s), body, secret, now_s=at_s)


@pytest.mark.parametrize(
    ("late_s", "accepted"),
    [(0, True), (TOLERANCE_S, True), (TOLERANCE_S + 1, False), (-TOLERANCE_S, True), (-301, False)],
)
def test_a_call_is_accepted_for_five_minutes(late_s: int, accepted: bool) -> None:
    assert is_signed(HEADER, BODY, SECRET, now_s=NOW_S + late_s) is accepted


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param(HEADER.split(",")[0], id="no digest"),
        pytest.param(HEADER.split(",")[1], id="no time"),
        pytest.param(f"{HEADER[:-1]}{'1' if HEADER[-1] == '0' else '0'}", id="another digest"),
        pytest.param(HEADER.replace("t=", "t=1"), id="another time"),
        pytest.param(f"t=0,{HEADER}", id="two times"),
        pytest.param("t=٣,v1=00", id="digits of another script"),
        pytest.param("t=-1,v1=00", id="a negative time"),
        pytest.param(f"t={'9' * 30},v1=00", id="a time beyond any clock"),
        pytest.param(HEADER.replace("v1=", "v0="), id="an older scheme"),
        pytest.param(f"t={NOW_S},v1=é", id="not ASCII"),
    ],
)
def test_anything_else_is_refused(header: str) -> None:
    assert not is_signed(header, BODY, SECRET, now_s=NOW_S)


def test_another_body_or_secret_is_refused() -> None:
    assert not is_signed(HEADER, BODY + b" ", SECRET, now_s=NOW_S)
    assert not is_signed(HEADER, BODY, "other", now_s=NOW_S)


def test_one_of_two_signatures_is_enough() -> None:
    assert is_signed(f"{HEADER},v1=00", BODY, SECRET, now_s=NOW_S)
    assert is_signed(HEADER.replace(",", ", v1=00, "), BODY, SECRET, now_s=NOW_S)
