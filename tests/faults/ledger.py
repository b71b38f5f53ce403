"""Compares what is stored and reported with plain sums over what the clients were told."""

import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

from shared.bootstrap import App
from shared.domain.metric.merging import merged
from shared.domain.metric.sampling import exact_totals
from shared.domain.rollup.measures import MEASURES, Kind
from shared.domain.rollup.price_cell import kind_of_term
from shared.domain.rollup.rollup import Rollup
from shared.domain.rollup.stored_rollup import Grain
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, floor_to, minute_of
from shared.services.report import model_report
from tests.domain.factories import terms_by_row
from tests.faults.crash_model import MINUTES, START, Story
from tests.faults.traffic import GHOST, Sent, Totals, counted, totals

FIRST = floor_to(minute_of(START), DAY_M) - 2 * DAY_M
END = FIRST + 5 * DAY_M
_STEPS = {Grain.BUCKET: 1, Grain.HOUR: 60, Grain.DAY: DAY_M}


async def differences(story: Story) -> list[str]:
    """Return everything that is not as the clients' own books say; empty when all is well."""
    story.world.calm = True
    app, _ = story.world.process()
    found = [*story.complaints]
    found += [line for grain in Grain async for line in _stored(app, grain, story)]
    if sum(len(batch.records) for batch in story.acknowledged) == 0:
        found.append("nobody was ever answered")
    return found + await _reported(app, story)


async def _stored(app: App, grain: Grain, story: Story) -> AsyncIterator[str]:
    requests = await app.rollups.read_range(Kind.REQUEST, grain, FIRST, END)
    metrics = await app.rollups.read_range(Kind.METRIC, grain, FIRST, END)
    kept = _sums_of_requests(list(requests.values())) | _sums_of_metrics(list(metrics.values()))
    step_m = _STEPS[grain]
    expected, ever = totals(story.known(), step_m), totals(story.sent, step_m)
    for key in sorted(kept.keys() | expected.keys()):
        got, wanted = kept.get(key, Counter()), expected.get(key, Counter())
        if key[1] == GHOST:
            if got["n"] > ever.get(key, Counter())["n"]:
                yield f"{grain} {key}: what nobody acknowledged counts twice: {got}"
        elif got != wanted:
            yield f"{grain} {key}: expected {dict(wanted)}, got {dict(got)}"
    doubles = sum(int(each.ints("duplicates").sum()) for each in requests.values())
    told = [record for record in story.known() if record.value is None]
    if doubles != len(told) - len(counted(told)):
        once = len(counted(told))
        yield f"{grain}: {doubles} duplicates of {len(told)} requests, {once} distinct"


def _sums_of_requests(rollups: list[Rollup]) -> Totals:
    whole = merged(rollups, MEASURES[Kind.REQUEST], ("model", "deployment"), {})
    tokens = terms_by_row(whole, "tokens")
    found: Totals = {}
    for row, (slot, series) in enumerate(
        zip(whole.slots.tolist(), whole.series.tolist(), strict=True)
    ):
        labels = dict(whole.labels[series])
        sums = Counter(
            n=int(whole.ints("n")[row]),
            n_ok=int(whole.ints("n_ok")[row]),
            latency_us=int(whole.ints("latency_sum")[row]),
            failed_us=int(whole.ints("failed_sum")[row]),
        )
        by_type = Counter[str]()
        for term, count in tokens[row].items():
            by_type[kind_of_term(term)] += count
        sums.update(input=by_type["input"], output=by_type["output"])
        found[slot, labels["model"], labels["deployment"]] = sums
    return {key: sums for key, sums in found.items() if sums["n"]}


def _sums_of_metrics(rollups: list[Rollup]) -> Totals:
    whole = merged(rollups, MEASURES[Kind.METRIC], ("__name__",), {})
    sums = exact_totals(whole, "sum").tolist()
    return {
        (slot, dict(whole.labels[series])["__name__"], "d"): Counter(n=n, value=int(sums[row]))
        for row, (slot, series, n) in enumerate(
            zip(whole.slots.tolist(), whole.series.tolist(), whole.ints("n").tolist(), strict=True)
        )
    }


async def _reported(app: App, story: Story) -> list[str]:
    chance, last = story.world.chance, minute_of(START) + MINUTES
    odd = chance.randrange(minute_of(START) - 200, last - 30)
    spans = [Span(FIRST, END), Span(odd, chance.randrange(odd + 1, last)), Span(odd - 70, last)]
    found: list[str] = []
    for span in spans:
        for model in ("gpt-5-mini", "gpt-4.1"):
            inside = [r for r in story.known() if span.first <= r.minute < span.end]
            mine = [r for r in counted(inside) if r.model == model]
            report = await model_report(model, {}, span, ports=app.reading)
            found += [f"report of {model} {span}: {text}" for text in _faults(report, mine)]
    return found


def _faults(report: dict[str, Any], mine: list[Sent]) -> Iterator[str]:
    if not mine:
        if "no_data" not in report:
            yield f"expected no data, got {report}"
        return
    times = sorted(r.duration_ms for r in mine if r.error_type is None)
    exact = {
        "total_requests": len(mine),
        "failed_requests": len(mine) - len(times),
        "total_input_tokens": sum(r.input_tokens or 0 for r in mine),
        "total_output_tokens": sum(r.output_tokens or 0 for r in mine),
        "missing_usage_requests": sum(r.input_tokens is None for r in mine),
        "max_response_time_ms": times[-1] if times else None,
    }
    for name, wanted in exact.items():
        if report.get(name) != wanted:
            yield f"{name}: expected {wanted}, got {report.get(name)}"
    mean, got_mean = sum(times) / len(times or [0]), float(report.get("avg_response_time_ms") or 0)
    if not math.isclose(got_mean, mean, rel_tol=1e-12):
        yield f"mean: expected {mean}, got {got_mean}"
    for name, share in (("p50_response_time_ms", 0.5), ("p95_response_time_ms", 0.95)):
        wanted = times[math.ceil(share * len(times)) - 1] if times else 0.0
        got = report.get(name) or 0.0
        if not math.isclose(got, wanted, rel_tol=0.01):
            yield f"{name}: expected {wanted}, got {got}"
