"""How long prompts and answers are, which of them repeat, and what the provider's cache holds.

Lengths are log-normal. A quarter of the prompts come from 300 popular ones, picked by a power law;
a popular prompt always has the same length and digest. Six in ten prompts of 1,024 tokens or more
meet the provider's cache, which holds 40 to 90 % of them in steps of 128 tokens. Assumptions, but
for Azure's minimum of 1,024 and its step of 128.
"""

import numpy as np
from numpy.typing import NDArray

from tools.simulator.columns import Columns, constant, text
from tools.simulator.fleet import TokenShape

POPULAR_PROMPTS = 300
POPULAR_SHARE = 0.25
CACHED_SHARE = 0.6
LONGEST_PROMPT = 120_000

_CACHE_MINIMUM = 1024
_CACHE_STEP = 128


def draw_tokens(shape: TokenShape, rows: int, rng: np.random.Generator) -> Columns:
    """Draw the token columns, the finish reasons and the prompt digests of `rows` requests."""
    input_tokens, prompts = _prompts(shape, rows, rng)
    visible = _lognormal(shape.output_median, shape.spread, rows, rng)
    reasoning = _lognormal(shape.reasoning_median, shape.spread, rows, rng)
    wanted = visible + reasoning
    output = wanted if shape.max_tokens is None else np.minimum(wanted, shape.max_tokens)
    return {
        "input_tokens": input_tokens,
        "cached_input_tokens": _cached(input_tokens, rng),
        "output_tokens": output,
        "reasoning_tokens": np.minimum(reasoning, output),
        "max_tokens": constant(shape.max_tokens, rows),
        "finish_reason": _finish_reasons(shape, output < wanted, rows),
        "prompt_hash": prompts,
    }


def given_tokens(input_tokens: NDArray[np.int64], output_tokens: NDArray[np.int64]) -> Columns:
    """Return the token columns of requests whose lengths are known, as a trace has them."""
    rows = len(input_tokens)
    return {
        "input_tokens": input_tokens,
        "cached_input_tokens": np.zeros(rows, dtype=np.int64),
        "output_tokens": output_tokens,
        "reasoning_tokens": np.zeros(rows, dtype=np.int64),
        "max_tokens": constant(None, rows),
        "finish_reason": constant("stop", rows),
        "prompt_hash": constant(None, rows),
    }


def _lognormal(
    median: float, spread: float, rows: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    if median == 0:
        return np.zeros(rows, dtype=np.int64)
    drawn = np.rint(rng.lognormal(np.log(median), spread, rows))
    return np.clip(drawn, 1, LONGEST_PROMPT).astype(np.int64)


def _prompts(
    shape: TokenShape, rows: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the length and the digest of each prompt."""
    popular_length = _lognormal(shape.input_median, shape.spread, POPULAR_PROMPTS, rng)
    popular_digest = rng.integers(0, 2**63, POPULAR_PROMPTS)
    rank = np.minimum(rng.zipf(1.4, rows), POPULAR_PROMPTS) - 1
    repeats = rng.random(rows) < POPULAR_SHARE
    lengths = np.where(
        repeats, popular_length[rank], _lognormal(shape.input_median, shape.spread, rows, rng)
    )
    digests = np.where(repeats, popular_digest[rank], rng.integers(0, 2**63, rows))
    return lengths, text([f"{digest:016x}" for digest in digests.tolist()])


def _cached(input_tokens: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    rows = len(input_tokens)
    met = (rng.random(rows) < CACHED_SHARE) & (input_tokens >= _CACHE_MINIMUM)
    held = (input_tokens * rng.uniform(0.4, 0.9, rows)).astype(np.int64)
    return np.where(met, held // _CACHE_STEP * _CACHE_STEP, 0)


def _finish_reasons(
    shape: TokenShape, cut_off: NDArray[np.bool_], rows: int
) -> NDArray[np.object_]:
    if shape.output_median == 0:
        return constant(None, rows)
    return np.where(cut_off, constant("length", rows), constant("stop", rows))
