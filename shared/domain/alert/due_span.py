"""Which minutes are to be evaluated: all since the last one, up to what can be caught up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DueSpan:
    """Consecutive evaluation minutes.

    Attributes:
        first: the first one.
        last: the last one; before `first` where there is nothing to do.
        gap: first and last of the minutes that are passed over for good; None where none are.
    """

    first: int
    last: int
    gap: tuple[int, int] | None = None


def due_span(done: int | None, complete: int, *, catch_up_m: int) -> DueSpan:
    """Return the minutes to evaluate.

    Args:
        done: the last minute evaluated; None before the first run, which is no gap.
        complete: every minute before this one is rolled up, so that its evaluation, which looks
            back, has all it needs.
        catch_up_m: how many minutes are made up for at most.
    """
    earliest = complete - catch_up_m + 1
    if done is None or done + 1 >= earliest:
        return DueSpan(earliest if done is None else done + 1, complete)
    return DueSpan(earliest, complete, (done + 1, earliest - 1))
