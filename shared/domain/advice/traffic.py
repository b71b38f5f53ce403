"""A scope's requests by the day, from rollups: what needs no digest and is there at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain import label
from shared.domain.advice.scope import Scope
from shared.domain.label import Labels
from shared.domain.packing import Ints
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.price_cell import WHOLE, kind_of_term
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.rollup.sketch import quantile
from shared.domain.rollup.token_cell import TokenType
from shared.domain.timeline import DAY_M

MEASURES = frozenset(
    {
        "n",
        "n_ok",
        "weight_millionths",
        "streamed",
        "spilled",
        "retries",
        "usage_n",
        "usage_sum",
        "admitted_tokens",
        "latency_sum",
        "latency_sketch",
        "first_token_n",
        "first_token_sum",
        "error_class",
        "error_type",
        "tokens",
    }
)
_US_PER_MS = 1000.0
_BY_APPLICATION = (label.MODEL, label.DEPLOYMENT, label.APPLICATION)
_WHOLE = (label.MODEL, label.DEPLOYMENT)


@dataclass(frozen=True, slots=True)
class Traffic:
    """One scope's requests.

    Attributes:
        rows: one row a day, without labels.
    """

    rows: Rollup

    def daily(self, measure: str) -> Ints:
        """Return a sum of each day."""
        return self.rows.ints(measure)

    def total(self, measure: str) -> int:
        """Return a sum over all days."""
        return int(self.rows.ints(measure).sum())

    @property
    def stood_for(self) -> Decimal:
        """How many requests each reported one stands for on average; 1 unless clients sample."""
        reported = self.total("n") * WHOLE
        return Decimal(self.total("weight_millionths")) / reported if reported else Decimal(1)

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return self.total("n") - self.total("n_ok")

    def daily_of(self, measure: str, term: str) -> Ints:
        """Return how many requests of each day have a term, as an error class."""
        entries, terms = self.rows.entries(measure), self.rows.terms.get(measure, [])
        wanted = np.array([each == term for each in terms], np.bool_)
        kept = wanted[entries.keys] if len(entries.keys) else np.zeros(0, np.bool_)
        counts = np.bincount(entries.rows[kept], entries.sums[kept], len(self.rows))
        return counts.astype(np.int64)

    def counts(self, measure: str) -> dict[str, int]:
        """Return how many requests have each term, the most frequent first."""
        entries, terms = self.rows.entries(measure), self.rows.terms.get(measure, [])
        sums = np.bincount(entries.keys, entries.sums, len(terms)).astype(np.int64).tolist()
        found = {term: count for term, count in zip(terms, sums, strict=True) if count}
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def tokens(self) -> Mapping[TokenType, int]:
        """Return tokens by type, zero for types without any."""
        found = dict.fromkeys(TokenType, 0)
        for term, tokens in self.counts("tokens").items():
            kind = kind_of_term(term)
            if kind in found:
                found[TokenType(kind)] += tokens
        return found

    @property
    def mean_ms(self) -> float | None:
        """The mean time of successes; None without any."""
        ok = self.total("n_ok")
        return self.total("latency_sum") / ok / _US_PER_MS if ok else None

    @property
    def mean_first_token_ms(self) -> float | None:
        """The mean time to the first token; None where it is not known."""
        known = self.total("first_token_n")
        return self.total("first_token_sum") / known / _US_PER_MS if known else None

    def quantile_ms(self, share: float) -> float | None:
        """Return a quantile of the time of successes; None without any."""
        entries = self.rows.entries("latency_sketch")
        if not len(entries.keys):
            return None
        keys, place = np.unique(entries.keys, return_inverse=True)
        counts = np.bincount(place, entries.sums).astype(np.int64)
        return quantile(keys, counts, share) / _US_PER_MS


def traffics(parts: Sequence[Rollup]) -> dict[Scope, Traffic]:
    """Return the requests of every deployment as a whole, and of each application of it.

    An application that was not reported has no entry of its own beside those that were.

    Args:
        parts: rollups with `MEASURES`.
    """
    found = _by(parts, _BY_APPLICATION)
    named = {scope.whole for scope in found if scope.application}
    apart = {scope: own for scope, own in found.items() if scope not in named}
    return apart | _by(parts, _WHOLE)


def _by(parts: Sequence[Rollup], names: Sequence[str]) -> dict[Scope, Traffic]:
    def key(labels: Labels) -> Labels:
        own = dict(labels)
        return tuple((name, own.get(name, "")) for name in names)

    def step(slots: Ints) -> Ints:
        return slots - slots % DAY_M

    merged = aggregate(parts, REQUEST_MEASURES, key=key, step=step, only=MEASURES)
    return {
        Scope(*(text for _, text in labels)): Traffic(merged.where(merged.series == at))
        for at, labels in enumerate(merged.labels)
        if all(text != label.OTHER for _, text in labels)
    }
