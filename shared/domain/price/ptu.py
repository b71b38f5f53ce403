"""How much a provisioned throughput unit (PTU) carries, and in which sizes it is sold.

Azure weighs a minute's tokens into *normalized* tokens, one for an uncached input token, and gives
each PTU so many of them a minute. All tokens of a request weigh more where its input reaches into
long context. Sizes are a minimum and a step.

    normalized = uncached + w_cached x cached + w_write x cache_write + ratio x output
    PTUs       = normalized per minute / input TPM per PTU, rounded up to a size

Through the GPT-5 generation cached tokens weigh nothing. From GPT-6 on every kind weighs what it
costs, compared with short input. Models that are not in the table cannot be sized.

Source: Microsoft Learn, "Determine PTU sizing for a workload" (provisioned-throughput-sizing), as
of 2026-09-23.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import NamedTuple

from shared.domain.price.offer import Geography

SOURCE = "learn.microsoft.com/azure/foundry/openai/how-to/provisioned-throughput-sizing"
READ_ON = date(2026, 9, 23)
LONG_TOKENS = 272_000
"""Where long context begins for the models that have one, input tokens of the single request."""


class TokenWeights(NamedTuple):
    """Normalized tokens that one token counts as."""

    input: float
    cached_input: float
    cache_write: float
    output: float


class PtuSizes(NamedTuple):
    """Sizes a deployment can have: the minimum and multiples of the step above it, in PTU."""

    minimum: int
    step: int


@dataclass(frozen=True, slots=True)
class PtuSizing:
    """What is known of one model.

    Attributes:
        model: canonical name.
        effective_from: the first UTC day this holds; `date.min` for ever before.
        tpm_per_ptu: normalized tokens a minute that one PTU carries.
        weights: of requests up to the bound of long context.
        long_weights: of longer ones; None where they weigh the same.
        longest_input_tokens: longer requests are not served (they spill over); None: no such bound.
        sizes: by geography; what is missing is not sold.
    """

    model: str
    effective_from: date
    tpm_per_ptu: int
    weights: TokenWeights
    long_weights: TokenWeights | None
    longest_input_tokens: int | None
    sizes: Mapping[Geography, PtuSizes]

    def weights_above(self, input_tokens: int) -> TokenWeights:
        """Return the weights of a request with so many input tokens."""
        if self.long_weights is not None and input_tokens > LONG_TOKENS:
            return self.long_weights
        return self.weights

    def size(self, normalized_tpm: float, geography: Geography) -> int | None:
        """Return the least size that carries a load.

        Args:
            normalized_tpm: normalized tokens in the minute.
            geography: where it computes.

        Returns:
            PTU; None where the model is not sold so.
        """
        sizes = self.sizes.get(geography)
        if sizes is None:
            return None
        needed = max(normalized_tpm / self.tpm_per_ptu, sizes.minimum)
        return sizes.minimum + ceil((needed - sizes.minimum) / sizes.step) * sizes.step


def _by_ratio(ratio: float) -> TokenWeights:
    return TokenWeights(1.0, 0.0, 1.0, ratio)


# What tokens cost compared with short input; the same for Astra and Sol.
_GPT_6 = TokenWeights(1.0, 0.1, 1.25, 5.0)
_GPT_6_LONG = TokenWeights(2.0, 0.2, 2.5, 7.5)
_NO_LONG_CONTEXT = ("gpt-5.4", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano")
_LONGEST = 128_000
# Model, input TPM per PTU, output ratio, minimum and step of regional deployments. Global and data
# zone deployments of all of these begin at 15 PTU and grow by 5.
_BY_RATIO = (
    ("gpt-5.6-luna", 30_000, 6, 50, 50),
    ("gpt-5.6-terra", 3_000, 6, 50, 50),
    ("gpt-5.6-sol", 1_200, 6, 50, 50),
    ("gpt-5.5", 1_200, 6, 50, 50),
    ("gpt-5.4", 2_400, 6, 50, 50),
    ("gpt-5.4-mini", 7_900, 6, 25, 25),
    ("gpt-5.3-codex", 3_400, 8, 50, 50),
    ("gpt-5.2", 3_400, 8, 50, 50),
    ("gpt-5.1", 4_750, 8, 50, 50),
    ("gpt-5", 4_750, 8, 50, 50),
    ("gpt-5-mini", 23_750, 8, 25, 25),
    ("gpt-4.1", 3_000, 4, 50, 50),
    ("gpt-4.1-mini", 14_900, 4, 25, 25),
    ("gpt-4.1-nano", 59_400, 4, 25, 25),
    ("gpt-4o", 2_500, 4, 50, 50),
    ("gpt-4o-mini", 37_000, 4, 25, 25),
    ("o3", 3_000, 4, 50, 50),
    ("o4-mini", 5_400, 4, 25, 25),
    ("o3-mini", 2_500, 4, 25, 25),
    ("o1", 230, 4, 25, 50),
)
_ELSEWHERE = PtuSizes(15, 5)
_LLAMA = PtuSizes(100, 100)


def _sizes(regional: PtuSizes) -> dict[Geography, PtuSizes]:
    return {
        Geography.GLOBAL: _ELSEWHERE,
        Geography.DATA_ZONE: _ELSEWHERE,
        Geography.REGIONAL: regional,
    }


PTU_SIZINGS: tuple[PtuSizing, ...] = (
    *(
        PtuSizing(
            model,
            since,
            tpm_per_ptu,
            _GPT_6,
            _GPT_6_LONG,
            None,
            _sizes(PtuSizes(50, 50)),
        )
        for model, since, tpm_per_ptu in (
            ("gpt-6-astra", date(2026, 9, 3), 600),
            ("gpt-6-sol", date(2026, 9, 22), 3_000),
        )
    ),
    *(
        PtuSizing(
            model,
            date.min,
            tpm_per_ptu,
            _by_ratio(ratio),
            None,
            _LONGEST if model in _NO_LONG_CONTEXT else None,
            _sizes(PtuSizes(minimum, step)),
        )
        for model, tpm_per_ptu, ratio, minimum, step in _BY_RATIO
    ),
    PtuSizing(
        "llama-3.3-70b-instruct",
        date.min,
        8_450,
        _by_ratio(4),
        None,
        None,
        {Geography.GLOBAL: _LLAMA, Geography.DATA_ZONE: _LLAMA},
    ),
)


def ptu_sizing(model: str, day: date) -> PtuSizing | None:
    """Return how a model is sized on a UTC day; None where nobody says: it cannot be sized."""
    in_force = None
    for sizing in PTU_SIZINGS:
        if sizing.model == model and sizing.effective_from <= day:
            in_force = sizing
    return in_force
