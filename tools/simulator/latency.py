"""How long an answer takes: reading the prompt, then writing the answer token by token.

    time to first token = (base + uncached input tokens / reading speed) x noise
    duration            = time to first token + output tokens / writing speed x noise

Noise is log-normal with mean 1 and sigma 0.25. The form is how decoder models work (prefill, then
decode); the speeds (`fleet`) and sigma are assumptions.
"""

import numpy as np
from numpy.typing import NDArray

from tools.simulator.fleet import Speed

NOISE_SIGMA = 0.25


def draw_latency(
    speed: Speed,
    uncached_tokens: NDArray[np.int64],
    output_tokens: NDArray[np.int64],
    slowdown: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw time to first token and duration.

    Args:
        speed: how fast the deployment usually is.
        uncached_tokens: prompt tokens to be read, per request.
        output_tokens: tokens to be written, per request.
        slowdown: factor on both times, per request; 1 is the usual speed.
        rng: the source of chance.

    Returns:
        Both in milliseconds with one decimal, the first never above the second.
    """
    rows = len(uncached_tokens)
    reading_ms = speed.base_ms + uncached_tokens / speed.input_tokens_per_s * 1000
    writing_ms = output_tokens / speed.output_tokens_per_s * 1000
    first_ms = reading_ms * slowdown * _noise(rows, rng)
    duration_ms = first_ms + writing_ms * slowdown * _noise(rows, rng)
    return np.round(first_ms, 1), np.round(duration_ms, 1)


def _noise(rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.lognormal(-(NOISE_SIGMA**2) / 2, NOISE_SIGMA, rows)
