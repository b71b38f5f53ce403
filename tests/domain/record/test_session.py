"""Sessions: what a start and a completion amount to."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.record.request import RequestRecord
from shared.domain.record.sealed_record import sealed, with_digests
from shared.domain.record.session import (
    Ending,
    Outcome,
    Session,
    SessionCompletion,
    SessionStart,
    abandoned,
    begun,
    completed,
    is_session_id,
    progress_labels,
    repeats,
    session_id_at,
)
from shared.errors import InvalidInput
from tests.domain.factories import HASH_KEY, MINUTE, T0, columns, request

_SECOND = timedelta(seconds=1)


def _start(**fields: Any) -> RequestRecord:
    return begun(SessionStart(**({"model": "gpt-5-mini"} | fields)), T0)


def _outcome(start: RequestRecord, seconds: int = 3, **fields: Any) -> Outcome:
    now = T0 + seconds * _SECOND
    before = sealed(start, HASH_KEY)
    record, ending = completed(before, SessionCompletion(**fields), now)
    return Outcome(sealed(record, HASH_KEY, before), ending, now)


def test_every_request_field_stands_in_both_bodies() -> None:
    names = [field.name for field in msgspec.structs.fields(RequestRecord)]
    for body in (SessionStart, SessionCompletion):
        assert [field.name for field in msgspec.structs.fields(body)] == names


def test_a_start_needs_nothing_but_a_model() -> None:
    assert begun(msgspec.json.decode(b'{"model":"m"}', type=SessionStart), T0) == RequestRecord(
        "m", T0, 0.0
    )


@pytest.mark.parametrize("name", ["duration_ms", "output_tokens", "error_type", "status_code"])
def test_a_start_cannot_tell_the_outcome(name: str) -> None:
    null = msgspec.json.encode({"model": "m", name: None})
    assert begun(msgspec.json.decode(null, type=SessionStart), T0).duration_ms == 0
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.json.decode(msgspec.json.encode({"model": "m", name: 200}), type=SessionStart)


def test_a_duration_is_measured_unless_it_is_given() -> None:
    start = sealed(_start(), HASH_KEY)
    end = T0 + 3 * _SECOND
    record, ending = completed(start, SessionCompletion(), end)
    assert (record.duration_ms, ending) == (3000.0, Ending.MEASURED)
    record, ending = completed(start, SessionCompletion(duration_ms=250.5), end)
    assert (record.duration_ms, ending) == (250.5, Ending.GIVEN)


def test_a_request_that_ends_before_it_starts_took_no_time() -> None:
    start = sealed(_start(start_time=T0 + MINUTE), HASH_KEY)
    assert completed(start, SessionCompletion(), T0)[0].duration_ms == 0.0


def test_a_duration_of_weeks_is_not_measured() -> None:
    start = sealed(_start(start_time=T0 - timedelta(days=8)), HASH_KEY)
    with pytest.raises(InvalidInput, match="duration_ms: required"):
        completed(start, SessionCompletion(), T0)


def test_a_completion_adds_and_corrects_but_null_takes_nothing_away() -> None:
    start = sealed(_start(input_tokens=10, resource="west"), HASH_KEY)
    said = SessionCompletion(input_tokens=None, output_tokens=7, resource="east", model="gpt-5")
    record, _ = completed(start, said, T0)
    assert (record.input_tokens, record.output_tokens) == (10, 7)
    assert (record.resource, record.model) == ("east", "gpt-5")


def test_what_is_hashed_on_arrival_waits_as_digests_only() -> None:
    record = _start(user="alice", prompt_hash="p", conversation_id="c", tags={"team": "web"})
    text = msgspec.json.encode(sealed(record, HASH_KEY))
    assert b"alice" not in text
    assert set(sealed(record, HASH_KEY).digests) == {
        "user_hash",
        "prompt_hash",
        "conversation_hash",
    }


def test_a_sealed_record_has_the_columns_of_the_record_itself() -> None:
    record = request(user="alice", operation_key="o", input_tokens=3, tags={"a": "b"})
    kept = sealed(record, HASH_KEY)
    found = with_digests(columns(kept.record), kept.digests)
    expected = columns(record)
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns:
        assert list(found.columns[name]) == list(expected.columns[name])  # type: ignore[arg-type]


def test_a_digest_of_the_start_holds_until_the_completion_has_its_own() -> None:
    start = _start(user="alice", prompt_hash="p")
    kept = _outcome(start).sealed.digests
    assert kept == sealed(start, HASH_KEY).digests
    changed = _outcome(start, user="bob").sealed.digests
    assert changed["user_hash"] == sealed(_start(user="bob"), HASH_KEY).digests["user_hash"]
    assert changed["prompt_hash"] == kept["prompt_hash"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        pytest.param({}, {}, True, id="nothing said twice"),
        pytest.param({"output_tokens": 5}, {"output_tokens": 5}, True, id="the same"),
        pytest.param({"output_tokens": 5}, {"output_tokens": 6}, False, id="other tokens"),
        pytest.param({"duration_ms": 5.0}, {"duration_ms": 5.0}, True, id="the same duration"),
        pytest.param({"duration_ms": 5.0}, {"duration_ms": 6.0}, False, id="other duration"),
        pytest.param({"duration_ms": 3000.0}, {}, False, id="given, then measured"),
        pytest.param({}, {"duration_ms": 3000.0}, False, id="measured, then given"),
        pytest.param({"user": "a"}, {"user": "a"}, True, id="the same user"),
        pytest.param({"user": "a"}, {"user": "b"}, False, id="another user"),
        pytest.param({}, {"error_type": "timeout"}, False, id="success, then failure"),
        pytest.param({"input_tokens": 10}, {}, True, id="the start's own tokens"),
    ],
)
def test_an_outcome_repeats_another(
    first: dict[str, Any], second: dict[str, Any], same: bool
) -> None:
    start = _start(input_tokens=10)
    stored = msgspec.json.decode(msgspec.json.encode(_outcome(start, **first)), type=Outcome)
    assert repeats(stored, _outcome(start, 90, **second)) is same


def test_an_abandoned_session_failed_after_an_hour() -> None:
    session = Session("id", T0, sealed(_start(user="alice"), HASH_KEY))
    outcome = abandoned(session, T0 + 61 * MINUTE)
    assert outcome.sealed.record.error_type == "abandoned"
    assert outcome.sealed.record.duration_ms == 3_600_000
    assert outcome.sealed.digests == session.start.digests
    assert not repeats(outcome, _outcome(_start(user="alice"), error_type="abandoned"))


def test_sessions_in_progress_are_told_apart_by_what_is_known() -> None:
    labels = dict(progress_labels(_start(application="bot", operation="chat", user="u")))
    assert labels == {"deployment": "gpt-5-mini", "model": "gpt-5-mini", "application": "bot"}


def test_an_id_says_when_its_session_started() -> None:
    assert session_id_at(T0, "0123456789abcdef") == "20261123100000-0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    ["", "x", "20261123100000-0123456789ABCDEF", "20261123100000-0123456789abcdef\n", "open|x"],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_session_id(text)


@given(st.integers(0, 7 * 86_400_000), st.text(max_size=5), st.integers(0, 1 << 53))
def test_a_stored_outcome_is_the_one_that_was_written(ms: int, user: str, tokens: int) -> None:
    outcome = _outcome(_start(), duration_ms=ms / 3, user=user or None, output_tokens=tokens)
    stored = msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome)
    assert stored == outcome
    assert repeats(stored, outcome)
