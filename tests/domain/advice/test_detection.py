"""Which requests do as advised: told from their own settings, kind by kind."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from shared.domain.advice.detection import course_of, detect
from shared.domain.recommendation.recommendation import Evidence, Recommendation
from tests.domain.advice.ground_factories import Day, at_hour, days_of, works_of
from tests.domain.recommendation_factories import recommendation

DAYS, SIZE, CHANGED = 10, 240, 8


def given(kind: str, setting: str, evidence: Evidence | None = None) -> Recommendation:
    made = recommendation(
        kind=kind, setting=setting, deployment="mini", application="shop", evidence=evidence or {}
    )
    return replace(made, proposed_at=at_hour(CHANGED - 1, 1))


def days(before: dict[str, Any], after: dict[str, Any], changed: int = CHANGED) -> list[Day]:
    """Return days whose requests are set otherwise from one day on."""

    def of(number: int) -> Callable[[np.random.Generator, int], dict[str, Any]]:
        fields = before if number < changed else after
        return lambda _, at: {"application": "shop", "input_tokens": 1_000} | fields

    return [days_of(number + 1, SIZE, of(number))[number] for number in range(DAYS)]


TOO_HIGH, TOO_LOW = {"max_tokens": 4000}, {"max_tokens": 200}
CACHED = {"cached_share": 0.1, "could_be_cached_at_least": 0.6}
EFFORT, TOGETHER = "reasoning_effort", "prompt_cache=prompt_cache_key"
VERSION, CACHE = "prompt_version", "cached_input_tokens"


@pytest.mark.parametrize(
    ("kind", "setting", "evidence", "field", "before", "after"),
    [
        ("max_tokens", "max_tokens=800", TOO_HIGH, "max_tokens", 4000, 800),
        ("max_tokens", "max_tokens=800", TOO_HIGH, "max_tokens", 4000, 1500),
        ("max_tokens", "max_tokens=800", TOO_LOW, "max_tokens", 200, 700),
        ("max_tokens", "max_tokens=800", TOO_LOW, "max_tokens", 200, None),
        (EFFORT, f"{EFFORT}=low", {}, EFFORT, "high", "low"),
        (EFFORT, f"{EFFORT}=low", {}, EFFORT, "high", "minimal"),
        (EFFORT, f"{EFFORT}=medium", {}, EFFORT, "high", None),
        ("temperature", "temperature=0.2", {}, "temperature", 0.9, 0.2),
        ("temperature", "temperature=unset", {}, "temperature", 0.9, None),
        ("refused_setting", "temperature=unset", {}, "temperature", 0.9, None),
        ("streaming", "stream=true", {}, "stream", False, True),
        ("tokens_per_request", "prompt_version=8", {}, VERSION, "7", "8"),
        ("cheaper_model", "model=gpt-5-nano", {}, "model", "gpt-5-mini", "gpt-5-nano"),
        ("faster_deployment", "deployment=east", {}, "deployment", "mini", "east"),
        ("prompt_cache", TOGETHER, CACHED, CACHE, 100, 580),
    ],
)
def test_each_kind_is_told_from_its_own_setting(
    kind: str, setting: str, evidence: Evidence, field: str, before: object, after: object
) -> None:
    advice = given(kind, setting, evidence)
    found = detect(advice, works_of(days({field: before}, {field: after})))
    assert found is not None
    assert found.hour == int(at_hour(CHANGED, 0).timestamp()) // 3600
    assert detect(advice, works_of(days({field: before}, {field: before}))) is None
    assert detect(advice, works_of(days({field: after}, {field: after}))) is None


@pytest.mark.parametrize(
    ("kind", "setting", "evidence", "field", "before", "after"),
    [
        ("max_tokens", "max_tokens=800", TOO_HIGH, "max_tokens", 4000, 2000),
        ("max_tokens", "max_tokens=800", TOO_HIGH, "max_tokens", 4000, None),
        (EFFORT, f"{EFFORT}=low", {}, EFFORT, "high", "medium"),
        ("temperature", "temperature=0.2", {}, "temperature", 0.9, 0.5),
        ("prompt_cache", TOGETHER, CACHED, CACHE, 100, 250),
    ],
)
def test_another_change_is_not_taken_for_it(
    kind: str, setting: str, evidence: Evidence, field: str, before: object, after: object
) -> None:
    every = works_of(days({field: before}, {field: after}))
    assert detect(given(kind, setting, evidence), every) is None


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("response_cache", "response_cache=1h"),
        ("timeout", "timeout_s=20"),
        ("retry_after", "retry_after=honoured"),
        ("quota", "quota=raise_or_smooth"),
        ("tokens_per_request", "tokens_per_request=shorter_prompt"),
        ("max_tokens", "max_tokens=800"),
        ("prompt_cache", "prompt_cache=prompt_cache_key"),
    ],
)
def test_what_requests_do_not_tell_is_left_to_people(kind: str, setting: str) -> None:
    every = works_of(days({"max_tokens": 4000}, {"max_tokens": 800}))
    assert course_of(given(kind, setting), every) is None


def test_requests_of_others_are_not_looked_at() -> None:
    every = works_of(days({"stream": False}, {"stream": True}))
    made = recommendation(kind="streaming", setting="stream=true", deployment="other")
    assert course_of(made, every) is None
    assert detect(made, every) is None
