"""Days of requests, as the ground that advice is concluded from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from shared.domain.advice.ground import Conclusion, Ground, Limits
from shared.domain.advice.history import DayFacts, Work, histories
from shared.domain.advice.model_settings import settings_of_model
from shared.domain.advice.scope import Scope
from shared.domain.advice.tariff import Tariff
from shared.domain.advice.traffic import traffics
from shared.domain.digest import cache_hits, durations, outputs, prefix, scored_settings, settings
from shared.domain.digest.day import Index
from shared.domain.digest.quality import Scores
from shared.domain.digest.retries import Attempts
from shared.domain.digest.rows import SeriesList, digest_rows
from shared.domain.digest.sightings import Sightings
from shared.domain.digest.text_list import TextList
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import ASSUMED
from shared.domain.price.price_book import price_book
from shared.domain.price.pricing import Pricing
from shared.domain.recommendation.lifecycle import proposed
from shared.domain.recommendation.recommendation import Advice, Recommendation
from shared.domain.record.metric_record import metric_columns
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.requests import rollup_requests
from shared.domain.timeline import DAY_M, minute_of
from tests.domain.factories import T0, columns, metric, request

MIDNIGHT = T0.replace(hour=0)
DAY = timedelta(days=1)
_DAY_US = 86_400_000_000
_HOURS = 24

type Day = Sequence[RequestRecord]
type Scored = Mapping[str, Mapping[str, float]]


def day_of(
    number: int, size: int, fields: Callable[[np.random.Generator, int], dict[str, Any]]
) -> list[RequestRecord]:
    """Return a day's requests, spread evenly, with what `fields` draws for each."""
    draw = np.random.default_rng(1_000 + number)
    first = MIDNIGHT + number * DAY
    return [
        request(
            **{"deployment": "mini", "request_id": f"r{number}-{at}"}
            | {"start_time": first + timedelta(seconds=86_000 / size * at)}
            | fields(draw, at)
        )
        for at in range(size)
    ]


def days_of(
    days: int, size: int, fields: Callable[[np.random.Generator, int], dict[str, Any]]
) -> list[list[RequestRecord]]:
    """Return some days of so many requests each."""
    return [day_of(number, size, fields) for number in range(days)]


def facts_of(records: Day, scores: Scored | None = None) -> DayFacts:
    """Return the digest of a day, made at one go.

    Args:
        records: of one day.
        scores: request_id -> name -> score.
    """
    series, versions, names, efforts = SeriesList(), TextList(), TextList(), TextList()
    rows = digest_rows([columns(*records)], series)
    assert rows is not None
    judged = Scores(names)
    for identity, own in (scores or {}).items():
        found = [
            metric(name=f"model_quality_{name}", value=value, request_id=identity)
            for name, value in own.items()
        ]
        judged.take_in(metric_columns(found)[0])
    judged.sort()
    stated = settings.values_of(rows, efforts, versions)
    joined = judged.joined(rows, versions, stated)
    sections = {
        "outputs": outputs.outputs_of(rows),
        "settings": settings.bounded(settings.settings_of(rows, stated)),
        "durations": durations.durations_of(rows),
        "cache_hits": cache_hits.cache_hits_of(rows, series, Sightings(_DAY_US)),
        "prefix": prefix.prefix_of(rows, series, Sightings(3_600_000_000)),
        "retries": Attempts().close(rows, None),
        "quality": joined.by_version,
        "scored_settings": scored_settings.bounded(joined.by_setting),
    }
    index = Index(series.places, versions.texts, names.texts, efforts.texts)
    return DayFacts(minute_of(records[0].start_time) // DAY_M, index, sections)


def works_of(days: Sequence[Day], scores: Sequence[Scored] | None = None) -> dict[Scope, Work]:
    """Return what the digests of some days tell."""
    every = scores or [{}] * len(days)
    return histories([facts_of(own, judged) for own, judged in zip(days, every, strict=True)])


def ground_of(
    days: Sequence[Day],
    scores: Sequence[Scored] | None = None,
    *,
    scope: Scope | None = None,
    standing: Sequence[Recommendation] = (),
    **fields: Any,
) -> Ground:
    """Return the ground for advice about the first request's scope, or another."""
    works = works_of(days, scores)
    first = days[0][0]
    own = scope or Scope(first.model, first.deployment or first.model, first.application or "")
    traffic = traffics([rollup_requests(columns(*each), ()) for each in days])
    given = {
        "limits": Limits(),
        "takes": settings_of_model(own.model),
        "tariff": Tariff(),
        "elsewhere": {
            scope: each
            for scope, each in works.items()
            if scope.application == own.application and scope != own
        },
        "standing": {each.kind: each for each in standing},
    }
    return Ground(own, works[own], traffic[own], traffic[own.whole], **(given | fields))


def stands(conclusion: Conclusion | None) -> Recommendation:
    """Return what was concluded as proposed."""
    return proposed(advised(conclusion), None, T0)


def advised(conclusion: Conclusion | None) -> Advice:
    """Return the advice of a conclusion that has one."""
    assert conclusion is not None
    assert conclusion.advice is not None
    return conclusion.advice


def is_silent(conclusion: Conclusion | None) -> bool:
    """Tell whether there is data enough, and nothing to advise."""
    return conclusion is not None and conclusion.advice is None


def tariff_of(*models: str, sent: str = "0.25", cached: str = "0.025", made: str = "2") -> Tariff:
    """Return the same prices for each model, US dollars a million tokens."""
    rates = {
        Meter.INPUT: Decimal(sent),
        Meter.CACHED_INPUT: Decimal(cached),
        Meter.OUTPUT: Decimal(made),
    }
    prices = [
        ListPrice(
            model=model,
            offer=ASSUMED,
            effective_from=date(2026, 1, 1),
            bands=(ContextBand(0, rates),),
        )
        for model in models
    ]
    names = model_names({model: model for model in models})
    return Tariff(Pricing(price_book(prices), names=names), date(2026, 11, 23))


def at_hour(number: int, hour: float) -> datetime:
    """Return a time on a day."""
    return MIDNIGHT + number * DAY + timedelta(hours=hour)
