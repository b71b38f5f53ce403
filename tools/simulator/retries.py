"""Callers that try again: one further attempt after a failure that may pass.

Seven in ten failures of a retried kind are tried again once, after the wait the answer asked for or
half a second, and then succeed: assumptions. Both attempts carry the same `operation_key`.
"""

import numpy as np
from numpy.typing import NDArray

from tools.simulator.columns import Columns, constant, end_ms, optional, take, text
from tools.simulator.failures import ANSWERED, KINDS

RETRIED_SHARE = 0.7
WAIT_MS = 500


def with_retries(
    answered: Columns, failed: Columns, kinds: NDArray[np.int64], rng: np.random.Generator
) -> list[Columns]:
    """Return the first attempts, marked where they are tried again, and the second attempts.

    Args:
        answered: the requests as they would have gone without a failure.
        failed: the requests as they went.
        kinds: how each went, as `failures.draw_failures` says.
        rng: the source of chance.
    """
    retried_kinds = np.array([kind.retried for kind in KINDS])
    again = (kinds != ANSWERED) & retried_kinds[kinds] & (rng.random(len(kinds)) < RETRIED_SHARE)
    keys = optional("op-" + failed["request_id"], again)
    first = {**failed, "operation_key": keys}
    second = take(answered, again)
    asked_ms = failed["retry_after_ms"].tolist()
    waits_ms = np.array([WAIT_MS if wait is None else wait for wait in asked_ms])
    rows = int(again.sum())
    second["start_ms"] = (end_ms(failed) + waits_ms)[again].astype(np.int64)
    second["request_id"] = text([f"{request_id}-2" for request_id in second["request_id"]])
    second["attempt"] = constant(2, rows)
    second["status_code"] = constant(200, rows)
    second["error_type"] = constant(None, rows)
    second["retry_after_ms"] = constant(None, rows)
    second["operation_key"] = keys[again]
    return [first, second]
