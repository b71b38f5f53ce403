"""Which requests do as a recommendation advises, told from their own settings."""

from collections.abc import Callable, Mapping

import numpy as np

from shared.domain.advice import (
    max_tokens,
    other_model,
    prompt_cache,
    prompt_length,
    reasoning_effort,
    refused_setting,
    streaming,
    temperature,
)
from shared.domain.advice.course import Course, Followed, followed
from shared.domain.advice.history import Work
from shared.domain.advice.model_settings import lower_efforts, settings_of_model
from shared.domain.advice.scope import Scope
from shared.domain.digest.settings import TEMPERATURE_SCALE, UNSET, Setting
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.packing import Floats, Ints
from shared.domain.recommendation.recommendation import Recommendation
from shared.domain.timeline import DAY_M, HOUR_M, floor_to, minute_of

# So much of the way to what was advised counts as there.
_NEARLY = 0.75
_HALF = 0.5

type _Follows = Callable[[Ints], np.ndarray[tuple[int], np.dtype[np.bool_]]]
_BY_NAME = {each.name.lower(): each for each in Setting}


def detect(given: Recommendation, works: Mapping[Scope, Work]) -> Followed | None:
    """Return since when requests do as a proposed recommendation advises; None where they do not.

    Args:
        given: a recommendation.
        works: what digests tell of every scope, of four weeks.
    """
    course = course_of(given, works)
    if course is None:
        return None
    since = floor_to(minute_of(given.proposed_at), DAY_M) // HOUR_M
    return followed(course, since=since)


def course_of(given: Recommendation, works: Mapping[Scope, Work]) -> Course | None:
    """Return how many requests did as advised; None where requests do not tell."""
    scope = Scope(given.model, given.deployment, given.application)
    if given.kind in other_model.KINDS:
        return _elsewhere(given, works)
    work = works.get(scope)
    if work is None:
        return None
    if given.kind == prompt_cache.KIND:
        return _cached(given, work)
    name, _, to = given.setting.partition("=")
    setting = _BY_NAME.get(name)
    follows = _follows(given, work, name, to)
    if setting is None or follows is None:
        return None
    rows = work.setting(setting)
    n = rows.sums["requests"]
    return _by_hour(rows, n, n * follows(rows.keys["value"]))


def _follows(given: Recommendation, work: Work, name: str, to: str) -> _Follows | None:
    """Return what tells, of values of a setting, whether they are as advised."""
    if given.kind == max_tokens.KIND:
        return _limited(given, to)
    if given.kind == refused_setting.KIND:
        return lambda values: values == UNSET
    if given.kind == reasoning_effort.KIND:
        takes = settings_of_model(given.model)
        efforts = (to, *(lower_efforts(takes, to) if takes else ()))
        return _among(work, efforts, unset=takes is not None and takes.default_effort in efforts)
    if given.kind == temperature.KIND:
        value = UNSET if to == "unset" else round(float(to) * TEMPERATURE_SCALE)
        return lambda values: values == value
    if given.kind == streaming.KIND:
        return lambda values: values == 1
    if given.kind == prompt_length.KIND and name == "prompt_version":
        return _among(work, (to,), unset=False)
    return None


def _limited(given: Recommendation, to: str) -> _Follows | None:
    """Return what tells whether a limit is nearly where it was advised to be."""
    now = given.evidence.get(max_tokens.KIND)
    if not isinstance(now, int) or not to.isdecimal():
        return None
    bound = now + _NEARLY * (int(to) - now)
    if int(to) < now:
        return lambda values: (values > 0) & (values <= bound)
    return lambda values: (values >= bound) | (values == UNSET)


def _among(work: Work, texts: tuple[str, ...], *, unset: bool) -> _Follows:
    codes = [code for code, text in enumerate(work.texts) if text in texts]
    wanted = np.array([*codes, *([UNSET] if unset else [])], np.int64)
    return lambda values: np.isin(values, wanted)


def _cached(given: Recommendation, work: Work) -> Course | None:
    """Return the share of input that was served from the service's cache."""
    now, then = given.evidence.get("cached_share"), given.evidence.get("could_be_cached_at_least")
    if not isinstance(now, float) or not isinstance(then, float):
        return None
    rows = work.hours
    by_hour = tally_of({"hour": rows.keys["hour"]}, rows.sums)
    some = by_hour.where((by_hour.sums["input"] > 0) & (by_hour.sums["ok"] > 0))
    n: Floats = some.sums["ok"].astype(np.float64)
    share = some.sums["cached_input"] / some.sums["input"]
    gap = then - now
    return Course(some.keys["hour"], n, n * share, now + _NEARLY * gap, _HALF * gap)


def _elsewhere(given: Recommendation, works: Mapping[Scope, Work]) -> Course | None:
    """Return which requests of the application go where it was advised to send them."""
    name, _, to = given.setting.partition("=")
    own = {
        scope: each.hours for scope, each in works.items() if scope.application == given.application
    }
    if not own or not given.application:
        return None
    parts = [
        (rows, rows.sums["requests"] * (getattr(scope, name) == to)) for scope, rows in own.items()
    ]
    hours = np.concatenate([rows.keys["hour"] for rows, _ in parts])
    n = np.concatenate([rows.sums["requests"] for rows, _ in parts])
    return _summed(hours, n, np.concatenate([there for _, there in parts]))


def _by_hour(rows: Tally, n: Ints, following: Ints) -> Course:
    return _summed(rows.keys["hour"], n, following)


def _summed(hours: Ints, n: Ints, following: Ints) -> Course:
    by_hour = tally_of({"hour": hours}, {"n": n, "following": following})
    some = by_hour.where(by_hour.sums["n"] > 0)
    return Course(
        some.keys["hour"],
        some.sums["n"].astype(np.float64),
        some.sums["following"].astype(np.float64),
    )
