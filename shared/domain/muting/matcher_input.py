"""Matchers as people write them: label -> the value an alert must have."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from shared.domain.record.checks import CONTROL
from shared.domain.record.decode_words import shortened
from shared.errors import Fault

MAX_MATCHERS = 16

LabelName = Annotated[str, Meta(min_length=1, max_length=256)]
LabelValue = Annotated[str, Meta(max_length=256)]
Matchers = Annotated[dict[LabelName, LabelValue], Meta(max_length=MAX_MATCHERS)]
LabelNames = Annotated[list[LabelName], Meta(max_length=8)]


def matcher_faults(field: str, matchers: Mapping[str, str] | None) -> Iterator[Fault]:
    """Return what is wrong with matchers that must not match everything; None was not read."""
    if matchers is None:
        return
    if not any(matchers.values()):
        # What is missing equals what is empty, so that these would match all that there is.
        yield Fault(field, "expected at least one label with a value, or every alert would match")
    yield from control_faults(field, matchers)


def control_faults(field: str, matchers: Mapping[str, str]) -> Iterator[Fault]:
    """Return a fault for each matcher that has control characters."""
    for name, value in matchers.items():
        if CONTROL.search(name) or CONTROL.search(value):
            came = shortened(repr({name: value}))
            yield Fault(field, f"expected no control characters, got {came}")
