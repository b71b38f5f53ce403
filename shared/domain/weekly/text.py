"""The week in review in words, as a message has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.domain.weekly.advice import AdviceLine
from shared.domain.weekly.costs import WeekCost
from shared.domain.weekly.models import Change
from shared.domain.weekly.rules import RuleWeek
from shared.domain.weekly.weekly import Weekly
from shared.domain.wording import quantity

_NOTHING = "nothing"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a message.

    Attributes:
        heading: what it is about.
        lines: at least one.
    """

    heading: str
    lines: tuple[str, ...]


def title_of_week(weekly: Weekly, environment: str) -> str:
    """Return one line: which week, where."""
    return f"Week {weekly.start[:10]} to {weekly.end[:10]} in {environment}"


def sections_of(weekly: Weekly) -> list[Section]:
    """Return the message's parts, in order; a part with nothing in it says so."""
    traffic = f"{weekly.requests:,} requests, {weekly.requests_before:,} the week before"
    return [
        Section("Traffic", (traffic,)),
        _section("Fired", [_fired(week) for week in weekly.fired]),
        _section("Noisy", [_noisy(week) for week in weekly.noisy]),
        _section("Slower (p95)", [_changed(each, " ms") for each in weekly.slower]),
        _section("Failing more", [_failing(each) for each in weekly.failing]),
        _section("More tokens", [_more_tokens(each) for each in weekly.dearer]),
        Section("Cost", tuple(_cost(weekly.cost))),
        _section("New advice", [_advised(each) for each in weekly.advice.proposed]),
        _section("Advice judged", [_judged(each) for each in weekly.advice.decided]),
    ]


def _section(heading: str, lines: Sequence[str]) -> Section:
    return Section(heading, tuple(_listed(lines)))


def _listed(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_SHOWN] or [_NOTHING]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN} more"


def _fired(week: RuleWeek) -> str:
    times = _counted(week.alerts, "alert")
    text = f"{week.rule} ({week.severity}): {times}, {week.firing_minutes:,} min firing"
    if week.worst_value is not None:
        where = ", ".join(f"{name} {value}" for name, value in week.worst_labels.items())
        text += f", at worst {quantity(week.worst_value, week.unit)}" + (
            f" ({where})" if where else ""
        )
    return text + (f", {week.still_firing} still firing" if week.still_firing else "")


def _noisy(week: RuleWeek) -> str:
    return (
        f"{week.rule}: {_counted(week.notifications, 'notification')}, "
        f"{_counted(week.flaps, 'flap')}, {week.short} shorter than 5 min"
    )


def _failing(change: Change) -> str:
    return f"{change.model}: {change.before:.2%} to {change.current:.2%}"


def _cost(cost: WeekCost) -> Iterator[str]:
    yield f"{_usd(cost.cost_usd)}, {_usd(cost.cost_before_usd)} the week before"
    for each in cost.dearer:
        percent = "" if each.change_percent is None else f" ({each.change_percent:+.0f} %)"
        yield f"{each.model}: {_usd(each.cost_before_usd)} to {_usd(each.cost_usd)}{percent}"
    if cost.unpriced_requests:
        yield f"{_counted(cost.unpriced_requests, 'request')} without a price"


def _advised(line: AdviceLine) -> str:
    cost = line.estimated_cost_impact_usd_per_month
    money = "" if cost is None or float(cost) == 0 else f", {_usd(cost)} a month"
    return f"{line.about}: {line.setting} ({line.priority}{money})"


def _judged(line: AdviceLine) -> str:
    return f"{line.about}: {line.setting} is {line.status}"


def _usd(text: str | None) -> str:
    return quantity(float(text or 0), "USD")


def _more_tokens(change: Change) -> str:
    return _changed(change, f" {change.measure.replace('_', ' ')}")


def _changed(change: Change, unit: str) -> str:
    percent = "" if change.change_percent is None else f" ({change.change_percent:+.0f} %)"
    return f"{change.model}: {change.before:,.0f} to {change.current:,.0f}{unit}{percent}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
