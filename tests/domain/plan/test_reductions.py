"""Options that use less, from what digests tell: each counted by hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from shared.domain.digest.outputs import FINISHES
from shared.domain.plan.bill import Line
from shared.domain.plan.plan import Plan, plan_of
from shared.domain.plan.prompt_length import InputLengths
from shared.domain.plan.sequence import Choice
from shared.domain.price.list_price import Meter
from shared.domain.rollup.sketch import keys_of
from tests.domain.plan.plan_factories import (
    applications,
    bill,
    line,
    place,
    traffic,
    workload,
)

MILLION = 1_000_000
CHAT = place()


def planned(*lines: Line, **sections: Sequence[Mapping[str, int]]) -> Plan:
    return plan_of(workload(bill(*lines), traffic=traffic([CHAT], **sections)), "gpt-4.1")


def only(plan: Plan) -> Choice:
    (choice,) = plan.choices
    return choice


def amounts(choice: Choice) -> tuple[Decimal, Decimal, Decimal]:
    return choice.saving.low, choice.saving.expected, choice.saving.high


def test_attempts_after_the_first_of_calls_that_never_succeed_are_for_nothing() -> None:
    # 4 million input tokens, 8 dollars; half of them of failed requests.
    owed = line(sent=4 * MILLION, failed={Meter.INPUT: Decimal(2 * MILLION)})
    rows = [
        {"attempts": 4, "succeeded": 0, "chains": 10, "failed_tokens": MILLION},
        {"attempts": 2, "succeeded": 1, "chains": 10, "failed_tokens": MILLION},
        {"attempts": 1, "succeeded": 0, "chains": 99, "failed_tokens": 0},
    ]
    choice = only(planned(owed, retries=rows))
    # By hand, of 2 dollars a million: two of four, three of four, and those of the others too.
    assert amounts(choice) == (1, Decimal("1.5"), Decimal("3.5"))
    assert choice.proposal.evidence["series"] == [
        {
            "deployment": "prod",
            "model": "gpt-4.1",
            "application": "chat",
            "calls_repeated": 20,
            "calls_that_never_succeeded": 10,
            "failed_tokens": 2 * MILLION,
            "tokens_for_nothing": 750_000,
        }
    ]


def test_answers_given_before_need_not_be_paid_again() -> None:
    owed = line(sent=4 * MILLION, made=MILLION)
    hits = [
        {
            "requests": 100,
            **{f"{kind}_5m": n for kind, n in (("hits", 1), ("input", 40_000), ("output", 10_000))},
            **{
                f"{kind}_1h": n for kind, n in (("hits", 5), ("input", 200_000), ("output", 50_000))
            },
            **{f"{kind}_24h": n for kind, n in (("hits", 9), ("input", 400_000), ("output", 0))},
        }
    ]
    # By hand: 1, 5 and 10 % of 8 dollars of input, 1, 5 and 0 % of 8 dollars of output.
    low, expected, high = amounts(only(planned(owed, cache_hits=hits)))
    assert (low, expected) == (Decimal("0.16"), Decimal("0.8"))
    assert high == Decimal("0.8")


def test_input_behind_a_prefix_seen_before_could_have_been_cached() -> None:
    owed = line(sent=3 * MILLION, cached=MILLION)
    seen = [
        {
            "requests": 1_000,
            "input": 4 * MILLION,
            "cached_input": MILLION,
            "seen_5m": 1_500,
            "input_5m": 3 * MILLION,
        }
    ]
    # By hand: a million tokens moved saves 1.5 dollars. 1,500 prefixes of 1,024 tokens less what
    # was cached at least, 3 million less what was cached at most, the middle expected.
    least, most = Decimal(1_500 * 1_024 - MILLION) / MILLION, Decimal(2)
    low, expected, high = amounts(only(planned(owed, prefix=seen)))
    assert low == least * Decimal("1.5")
    assert expected == (least + most) / 2 * Decimal("1.5")
    assert high == 3


def test_no_more_is_cached_than_is_sent() -> None:
    owed = line(sent=1_000, cached=MILLION)
    seen = [{"requests": 1, "input": MILLION, "seen_5m": 1, "input_5m": MILLION}]
    choice = only(planned(owed, prefix=seen))
    assert choice.saving.high == Decimal("0.0015")


def answers(finish: str, length: int, requests: int, limit: int = 4_096) -> dict[str, int]:
    return {
        "limit": limit,
        "finish": FINISHES.index(finish),
        "bucket": int(keys_of(np.array([float(length)]))[0]),
        "requests": requests,
        "output": length * requests,
    }


def test_answers_that_run_to_a_limit_are_cut_where_no_other_ends() -> None:
    rows = [answers("stop", 100, 1_000), answers("length", 4_096, 10)]
    owed = line(made=100 * 1_000 + 4_096 * 10)
    choice = only(planned(owed, outputs=rows))
    (told,) = choice.proposal.evidence["series"]  # type: ignore[misc]
    # All that ended are 100 long: 110.x, and the next round number.
    assert told["max_tokens"] == 112
    assert told["predicted_share_cut"] == 0.0
    # By hand: ten answers are 112 in place of 4,096 tokens, within the sketch's 0.55 %.
    assert float(choice.saving.expected) == pytest.approx(10 * (4_096 - 112) * 8e-6, rel=0.006)
    assert choice.saving.low < choice.saving.expected <= choice.saving.high


def test_a_limit_is_not_read_from_few_answers() -> None:
    rows = [answers("stop", 100, 199), answers("length", 4_096, 10)]
    assert planned(line(made=MILLION), outputs=rows).choices == ()


def lengths(**counts: int) -> InputLengths:
    sizes = np.array([float(name.removeprefix("t")) for name in counts])
    return InputLengths(keys_of(sizes), np.array([*counts.values()], np.int64))


def long_prompts(requests: int = 1_000) -> Plan:
    found = lengths(t2000=int(requests * 0.92), t40000=requests - int(requests * 0.92))
    sent = 2_000 * int(requests * 0.92) + 40_000 * (requests - int(requests * 0.92))
    owed = bill(line(sent=sent, requests=requests))
    return plan_of(workload(owed, lengths={CHAT: found}), "gpt-4.1")


def test_prompts_far_longer_than_the_usual_could_be_cut() -> None:
    choice = only(long_prompts())
    # By hand: 80 prompts of 40,000 tokens cut to 2,000.
    assert float(choice.saving.expected) == pytest.approx(80 * 38_000 * 2e-6, rel=0.01)
    assert choice.saving.low == 0
    (told,) = choice.proposal.evidence["series"]  # type: ignore[misc]
    assert told["p90_input_tokens"] == pytest.approx(2_000, rel=0.006)


def test_prompts_below_a_thousand_tokens_are_not_looked_at() -> None:
    found = lengths(t100=920, t4000=80)
    owed = bill(line(sent=100 * 920 + 4_000 * 80, requests=1_000))
    assert plan_of(workload(owed, lengths={CHAT: found}), "gpt-4.1").choices == ()


MINI = place("mini", "gpt-4.1-mini")
MILLIONTH = 1_000_000


def scored(series: int, mean: float, n: int = 400, deviation: float = 0.1) -> dict[str, int]:
    return {
        "series": series,
        "n": n,
        "sum_millionths": round(mean * n * MILLIONTH),
        "squares_millionths": round((mean**2 + deviation**2) * n * MILLIONTH),
    }


def compared(
    now: dict[str, int], other: dict[str, int], threshold: float | None = None
) -> Mapping[str, Decimal]:
    owed = bill(line(sent=MILLION, made=MILLION), line(MINI, sent=1_000, made=1_000))
    seen = traffic([CHAT, MINI], scores=["groundedness"], quality=[now, other])
    known: dict[str, Any] = {"quality_threshold": threshold} if threshold else {"owner": "me"}
    load = workload(owed, traffic=seen, applications=applications(chat=known))
    plan = plan_of(load, None)
    return {each.proposal.id: each.saving.expected for each in plan.choices if each.taken}


@pytest.mark.parametrize(
    ("other", "threshold", "moves"),
    [
        (scored(1, 0.80), None, True),
        (scored(1, 0.77), None, False),
        (scored(1, 0.80, n=29), None, False),
        (scored(1, 0.80, n=30), None, False),
        (scored(1, 0.75), 0.7, True),
        (scored(1, 0.705), 0.7, False),
    ],
    ids=["as good", "worse", "too few", "too uncertain", "above the threshold", "not surely above"],
)
def test_a_cheaper_model_has_to_score_as_well(
    other: dict[str, int], threshold: float | None, moves: bool
) -> None:
    saved = compared(scored(0, 0.80), other, threshold)
    # By hand: 10 dollars, a fifth of it by the smaller model.
    assert saved == ({"cheaper_model:chat:gpt-4.1:gpt-4.1-mini": Decimal(8)} if moves else {})


def test_longer_answers_of_the_cheaper_model_are_paid_for() -> None:
    # Its answers are twice as long a request.
    owed = bill(
        line(sent=MILLION, made=MILLION, requests=1_000), line(MINI, made=200_000, requests=100)
    )
    seen = traffic([CHAT, MINI], scores=["tone"], quality=[scored(0, 0.8), scored(1, 0.8)])
    outputs = {("chat", "gpt-4.1"): Decimal(1_000), ("chat", "gpt-4.1-mini"): Decimal(2_000)}
    plan = plan_of(workload(owed, traffic=seen, outputs=outputs), None)
    (choice,) = (each for each in plan.choices if each.taken)
    # By hand: 10 dollars; then 0.4 of input and 3.2 of output, or 2 where they are as long as now.
    assert amounts(choice) == (Decimal("6.4"), Decimal("6.4"), Decimal(8))
