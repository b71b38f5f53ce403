"""Advice to leave a setting out that the model refuses: client errors that come with it.

A value of `temperature` or `reasoning_effort` with which half of the requests fail as the client's
fault, where the model is known not to take it, or where without it at most a tenth as many do.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.advice.ground import Conclusion, Ground
from shared.domain.advice.wording import evidence_of_share
from shared.domain.digest.settings import TEMPERATURE_SCALE, UNSET, Setting
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.recommendation.recommendation import (
    PERCENT,
    Category,
    Effort,
    Improvement,
    Priority,
    Target,
)
from shared.domain.share import Share, share_of
from shared.domain.verification.verdict import Metric

KIND = "refused_setting"
_SETTINGS = (Setting.TEMPERATURE, Setting.REASONING_EFFORT)
_FEWEST, _MOST, _FEWER = 20, 0.5, 0.1


@dataclass(frozen=True, slots=True)
class _Refused:
    setting: Setting
    value: int
    share: Share
    others: Share


def conclude(ground: Ground) -> Conclusion | None:
    """Return which value of a setting to leave out."""
    if ground.work.hours.total("requests") < _FEWEST:
        return None
    found = [each for setting in _SETTINGS for each in _refused(ground, setting)]
    if not found:
        return Conclusion(KIND)
    return _advised(ground, max(found, key=lambda each: each.share.events))


def _refused(ground: Ground, setting: Setting) -> list[_Refused]:
    rows = ground.work.setting(setting)
    found = []
    for value in np.unique(rows.keys["value"]).tolist():
        if value <= UNSET:
            continue
        own = rows.keys["value"] == value
        share, others = _share(rows.where(own)), _share(rows.where(~own))
        often = share.events >= _FEWEST and share.low >= ground.eased(KIND, _MOST)
        differs = others.requests >= _FEWEST and others.value <= _FEWER * share.value
        if often and (differs or _is_known(ground, setting, value)):
            found.append(_Refused(setting, value, share, others))
    return found


def _is_known(ground: Ground, setting: Setting, value: int) -> bool:
    """Tell whether the model is known not to take the value."""
    takes = ground.takes
    if takes is None:
        return False
    if setting is Setting.TEMPERATURE:
        return not takes.temperature and value != TEMPERATURE_SCALE
    return ground.work.text(value) not in takes.efforts


def _share(rows: Tally) -> Share:
    if not len(rows):
        return Share(0.0, 0.0, 1.0, 0, 0)
    by_day = tally_of({"day": rows.keys["day"]}, rows.sums)
    return share_of(by_day.sums["refused"], by_day.sums["requests"])


def _advised(ground: Ground, refused: _Refused) -> Conclusion:
    name = refused.setting.name.lower()
    value = _text(ground, refused.setting, refused.value)
    share, failed = refused.share, max(ground.traffic.failed, refused.share.events)
    of_all = 100 * share.events / failed
    return ground.advice(
        KIND,
        f"{name}=unset",
        category=Category.RELIABILITY,
        priority=Priority.CRITICAL,
        description=(
            f"Leave {name} out: {share.value:.0%} of the requests with {name} {value} are refused "
            f"as the client's fault, {refused.others.value:.1%} of those without it."
        ),
        expected_improvement=Improvement(of_all * share.low / share.value, of_all, PERCENT),
        implementation_effort=Effort.LOW,
        evidence={name: value, "refused": evidence_of_share(share)},
        target=Target(Metric.ERROR_RATE),
    )


def _text(ground: Ground, setting: Setting, value: int) -> str:
    if setting is Setting.TEMPERATURE:
        return f"{value / TEMPERATURE_SCALE:g}"
    return ground.work.text(value)
