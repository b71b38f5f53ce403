"""Digests side by side: scopes, texts and windows."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.advice.assembly import Assembly, Known
from shared.domain.advice.ground import Limits
from shared.domain.advice.history import DayFacts, Work, histories
from shared.domain.advice.scope import Scope
from shared.domain.advice.traffic import traffics
from shared.domain.advice.window import windowed
from shared.domain.digest.settings import Setting
from shared.domain.price.pricing import Pricing
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.domain.rollup.requests import rollup_requests
from tests.domain.advice.ground_factories import (
    MIDNIGHT,
    Day,
    day_of,
    days_of,
    facts_of,
    works_of,
)
from tests.domain.factories import columns
from tests.domain.recommendation_factories import followed, recommendation

SHOP = Scope("gpt-5-mini", "mini", "shop")


def day(number: int, size: int = 10, **fields: Any) -> Day:
    own = {"application": "shop", "request_id": None} | fields
    return day_of(number, size, lambda *_: own)


def stated(work: Work, setting: Setting) -> dict[str, int]:
    """Return how many requests stated each text."""
    rows = work.setting(setting)
    found: dict[str, int] = {}
    values = zip(rows.keys["value"].tolist(), rows.sums["requests"].tolist(), strict=True)
    for value, requests in values:
        found[work.text(value)] = found.get(work.text(value), 0) + requests
    return found


def test_texts_mean_the_same_on_every_day() -> None:
    """Each day numbers its texts by itself."""
    days = [
        [*day(0, reasoning_effort="low"), *day(0, 5, reasoning_effort="high", prompt_version="8")],
        [*day(1, reasoning_effort="high", prompt_version="8"), *day(1, 5)],
    ]
    work = works_of(days)[SHOP]
    assert stated(work, Setting.REASONING_EFFORT) == {"low": 10, "high": 5 + 10, "": 5}
    assert stated(work, Setting.PROMPT_VERSION) == {"": 10 + 5, "8": 5 + 10}
    assert work.days == 2


def test_deployments_of_one_name_in_several_resources_are_one_scope() -> None:
    days = [[*day(0, resource="east"), *day(0, resource="west"), *day(0, application="mail")]]
    works = works_of(days)
    assert set(works) == {SHOP, SHOP._replace(application="mail")}
    assert works[SHOP].hours.total("requests") == 20


def test_what_is_many_beyond_count_is_nobodys() -> None:
    works = works_of([[*day(0), *day(0, application="__other__")]])
    assert set(works) == {SHOP}


def test_one_model_can_be_asked_for() -> None:
    facts = [facts_of([*day(0), *day(0, model="gpt-5", reasoning_effort="low")])]
    assert set(histories(facts, "gpt-5")) == {SHOP._replace(model="gpt-5")}
    assert stated(
        histories(facts, "gpt-5")[SHOP._replace(model="gpt-5")], Setting.REASONING_EFFORT
    ) == {"low": 10}
    assert histories(facts, "nobody") == {}


def test_a_day_whose_digest_lacks_a_section_counts_in_the_others() -> None:
    first, second = facts_of(day(0)), facts_of(day(1))
    older = {name: rows for name, rows in first.sections.items() if name != "settings"}
    work = histories([DayFacts(first.day, first.index, older), second])[SHOP]
    assert work.hours.total("requests") == 10
    assert work.sections["durations"].total("requests") == 20
    assert histories([]) == {}


@pytest.mark.parametrize(
    ("days", "size", "changed", "known"),
    [
        pytest.param(20, 300, None, 8, id="a week of whole days, and today"),
        pytest.param(20, 100, None, 20, id="as far back as it takes"),
        pytest.param(28, 150, None, 14, id="no further than it takes"),
        pytest.param(20, 300, 3, 2, id="only after a change"),
    ],
)
def test_so_far_back_is_looked(days: int, size: int, changed: int | None, known: int) -> None:
    work = works_of(days_of(days, size, lambda *_: {"application": "shop"}))[SHOP]
    first = int(work.hours.keys["day"].min())
    end = first + days
    seen = windowed(work, end, None if changed is None else end - changed)
    assert seen.days == known
    assert int(seen.hours.keys["day"].max()) == end - 1


def known(days: list[Day], *given: Recommendation) -> Known:
    return Known(
        works_of(days),
        traffics([rollup_requests(columns(*each), ()) for each in days]),
        Pricing(),
        Limits(mean_response_ms=100),
        given,
        MIDNIGHT + timedelta(days=len(days)),
    )


def kinds(found: Known, scope: Scope) -> set[str]:
    return {each.kind for each in Assembly(found).conclusions(scope)}


def test_settings_are_asked_of_applications_and_slowness_of_deployments() -> None:
    apart = known([day(0, 400)])
    assert "max_tokens" not in kinds(apart, SHOP)
    assert "temperature" in kinds(apart, SHOP)
    assert "slow_responses" not in kinds(apart, SHOP)
    assert {"slow_responses", "quota"} <= kinds(apart, SHOP.whole)
    assert "temperature" not in kinds(apart, SHOP.whole)


def test_a_deployment_without_applications_is_asked_both() -> None:
    whole = known([day(0, 400, application=None)])
    assert {"slow_responses", "quota", "temperature"} <= kinds(whole, SHOP.whole)


def test_requests_without_an_application_are_left_out_beside_those_with_one() -> None:
    mixed = known([[*day(0, 400), *day(0, 400, application=None)]])
    assert set(mixed.traffic) == {SHOP, SHOP.whole}
    assert mixed.traffic[SHOP].total("n") == 400
    assert mixed.traffic[SHOP.whole].total("n") == 800


@pytest.mark.parametrize(
    ("status", "days", "is_left_alone"),
    [
        (Status.APPLIED, 0, True),
        (Status.REFUTED, 89, True),
        (Status.REFUTED, 91, False),
        (Status.VERIFIED, 1, False),
        (Status.INCONCLUSIVE, 1, False),
        (Status.PROPOSED, 0, False),
    ],
)
def test_what_is_tried_or_was_refuted_is_left_alone(
    status: Status, days: int, is_left_alone: bool
) -> None:
    now = MIDNIGHT + timedelta(days=1)
    made = followed if status is not Status.PROPOSED else recommendation
    given = made(kind="slow_responses", deployment="mini")
    decided = None if status in (Status.APPLIED, Status.PROPOSED) else now - timedelta(days=days)
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    stored = Recommendation(**fields | {"status": status, "decided_at": decided})
    found = kinds(known([day(0, 400)], stored), SHOP.whole)
    assert ("slow_responses" not in found) is is_left_alone
