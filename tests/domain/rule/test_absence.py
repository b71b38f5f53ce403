"""A series that stopped reporting: since when, for how long, and when it is given up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from shared.domain.alert.alert import Availability, Instance, ResolvedReason, State
from shared.domain.alert.alerting import evaluate, remembered
from shared.domain.metric.frame import Frame, measure
from shared.domain.metric.readings import readings_of
from shared.domain.metric.sampling import Data
from shared.domain.rule.absence_findings import absence_findings
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.findings import NOTHING, Finding
from shared.domain.timeline import instant, minute_of
from tests.domain.factories import metric, metric_rollup
from tests.domain.rule_factories import MINUTE, T0

_START = minute_of(T0)
_HOST = (("host", "a"),)


def _rule(**fields: Any) -> AbsenceRule:
    given = {"name": "gone", "metric": "heartbeat", "for_s": 120, "group_by": ("host",)}
    return AbsenceRule(**(given | fields))


def _finding(at: int, reported: str) -> Finding:
    """Return what the evaluation at T0 + at sees of a story: x is a value, _ is none."""
    if at and reported[at - 1] == "x":
        return Finding(1.0, 1, seen=_START + at)
    seen = reported[:at].rfind("x")
    return Finding(None, 0, seen=None if seen < 0 else _START + seen + 1)


def _walk(rule: AbsenceRule, reported: str, suspended: Sequence[int] = ()) -> list[Instance]:
    """Return the instance after each evaluation, beginning with the one after the first minute."""
    found: list[Instance] = []
    before = Instance(_HOST)
    for at in range(1, len(reported) + 1):
        now = T0 + at * MINUTE
        finding = _finding(at, reported)
        after = evaluate(rule, finding, before, now=now, suspended=at in suspended)
        found.append(after)
        before = remembered(rule, after, now=now) or Instance(_HOST)
    return found


def _states(walked: Sequence[Instance]) -> str:
    return "".join(each.state[0] for each in walked)


@pytest.mark.parametrize(
    ("reported", "states", "absent_s"),
    [
        pytest.param("xx___x", "iippfi", [0, 0, 60, 120, 180, 0], id="comes back"),
        pytest.param("x_x_x", "ipipi", [0, 60, 0, 60, 0], id="gaps shorter than for_s"),
        pytest.param("_", "p", [0], id="never seen"),
        pytest.param("____", "ppff", [0, 60, 120, 180], id="never seen, for long"),
    ],
)
def test_a_series_is_missed_from_its_first_minute_without_a_value(
    reported: str, states: str, absent_s: list[float]
) -> None:
    walked = _walk(_rule(), reported)

    assert _states(walked) == states
    assert [each.value for each in walked] == absent_s


def test_an_alert_that_ends_says_how_long_the_series_was_absent() -> None:
    *_, ended = _walk(_rule(), "x____x")

    assert (ended.resolved_reason, ended.worst) == (ResolvedReason.RECOVERED, 240.0)


def test_absence_counts_from_the_last_value_known_even_before_the_rule_was_there() -> None:
    seen = Finding(None, 0, seen=_START - 40)

    after = evaluate(_rule(), seen, Instance(_HOST), now=T0)

    assert (after.state, after.value) == (State.PENDING, 2400.0)
    assert (after.active_since, after.absent_since) == (T0, T0 - 40 * MINUTE)


def test_absence_goes_on_counting_where_the_last_value_is_out_of_sight() -> None:
    before = evaluate(_rule(), Finding(None, 0, seen=_START - 1), Instance(_HOST), now=T0)

    after = evaluate(_rule(), NOTHING, before, now=T0 + 100 * MINUTE)

    assert (after.state, after.value) == (State.FIRING, 101 * 60.0)


def test_a_series_that_comes_back_within_keep_firing_is_missed_anew() -> None:
    walked = _walk(_rule(keep_firing_for_s=600), "x___x_")

    assert _states(walked) == "ippfff"
    assert [each.value for each in walked[-2:]] == [0.0, 60.0]


@pytest.mark.parametrize(
    ("fields", "reported", "states", "kept"),
    [
        pytest.param({"forget_after_s": 240}, "x____", "ippfi", False, id="given up"),
        pytest.param({"forget_after_s": 240}, "x___", "ippf", True, id="not yet"),
        pytest.param(
            {"forget_after_s": 240, "group_by": ()}, "x_____", "ippfff", True, id="dead man's"
        ),
    ],
)
def test_a_series_that_is_absent_for_long_is_forgotten(
    fields: dict[str, Any], reported: str, states: str, kept: bool
) -> None:
    rule = _rule(**fields)
    walked = _walk(rule, reported)

    assert _states(walked) == states
    now = T0 + len(reported) * MINUTE
    assert (remembered(rule, walked[-1], now=now) is not None) is kept
    if not kept:
        assert walked[-1].resolved_reason is ResolvedReason.NO_DATA
        assert walked[-1].worst == 240.0


def test_a_pending_series_given_up_is_forgotten_without_an_alert() -> None:
    rule = _rule(for_s=120, forget_after_s=180)
    before = Instance(_HOST, State.PENDING, active_since=T0 - MINUTE, absent_since=T0 - MINUTE * 9)

    after = evaluate(rule, NOTHING, before, now=T0)

    assert (after.state, after.resolved_at) == (State.INACTIVE, None)
    assert remembered(rule, after, now=T0) is None


def test_while_nothing_at_all_arrives_a_series_is_not_missed() -> None:
    walked = _walk(_rule(), "x_____", suspended=range(2, 7))

    assert _states(walked) == "iiiiii"
    assert walked[-1].data is Availability.SUSPENDED


def test_a_series_that_is_missed_stays_so_while_nothing_at_all_arrives() -> None:
    walked = _walk(_rule(), "x______", suspended=[5, 6])

    assert _states(walked) == "ippffff"
    assert [each.value for each in walked[3:]] == [180.0, 180.0, 180.0, 360.0]


def test_findings_tell_each_series_last_minute_with_a_value() -> None:
    reported = [(0, "a"), (1, "a"), (1, "b"), (4, "b")]
    part = metric_rollup(
        *(
            metric(name="heartbeat", timestamp=instant(_START + at), attributes={"host": host})
            for at, host in reported
        )
    )
    rule, times = _rule(), np.arange(_START, _START + 6)
    frame = Frame(Data(metrics=[part]), _START - 90, _START + 6)
    readings = readings_of(measure(frame, rule.expression, times), len(times))

    found = absence_findings(readings, frame.samples(rule.expression), times)

    a, b = ([found.at((("host", host),), at) for at in range(6)] for host in "ab")
    assert [each.value for each in a] == [None, 1, 1, None, None, None]
    assert [each.seen and each.seen - _START for each in a] == [None, 1, 2, 2, 2, 2]
    assert [each.seen and each.seen - _START for each in b] == [None, None, 2, 2, 2, 5]
