"""A measured figure beside its target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured.

    Attributes:
        name: what it is.
        value: the measurement.
        unit: of value and target.
        target: what it is to reach; None for one that only explains others.
        at_least: whether more is better.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Return whether the target is reached, empty without one."""
        if self.target is None:
            return ""
        reached = self.value >= self.target if self.at_least else self.value <= self.target
        return "reached" if reached else "MISSED"


def table(figures: list[Figure]) -> str:
    """Return figures as lines of a Markdown table."""
    lines = ["| figure | measured | target | |", "| --- | --- | --- | --- |"]
    for figure in figures:
        bound = "" if figure.target is None else f"{'>=' if figure.at_least else '<='} "
        target = "" if figure.target is None else f"{bound}{figure.target:,g} {figure.unit}"
        value = f"{spoken(figure.value)} {figure.unit}"
        lines.append(f"| {figure.name} | {value} | {target} | {figure.verdict} |")
    return "\n".join(lines)


def spoken(value: float) -> str:
    """Return a number with three significant digits or in whole thousands."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
