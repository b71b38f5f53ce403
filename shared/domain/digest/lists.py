"""The lists of a digest's view: a line per deployment, output limit, user and score."""

from collections.abc import Sequence

import msgspec
import numpy as np

from shared.domain.digest.day import Index
from shared.domain.digest.outputs import FINISHES, NO_LIMIT, OTHER_LIMIT
from shared.domain.digest.quality import score_name
from shared.domain.digest.tally import Tally, tally_of
from shared.domain.digest.users import OTHERS
from shared.domain.grouping import Groups
from shared.domain.rollup.sketch import quantile
from shared.domain.timeline import rfc3339_minute

LONGEST_LIST = 100
_LOADED = ("uncached_input", "cached_input", "output")
_SCALE = 1e6


class DeploymentLoad(msgspec.Struct, frozen=True):
    """A deployment's tokens, and the minute that took most.

    Attributes:
        uncached_input_tokens: input without what was cached.
        sampled_out_requests: how many more the reported ones stand for, by their weights.
        sampled_out_tokens: input, cached or not, and output that those are taken to have used.
        peak_minute: the minute with most uncached input and output, sampled-out ones included.
        peak_tokens: uncached input and output of that minute, likewise.
    """

    resource: str
    deployment: str
    requests: int
    uncached_input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    sampled_out_requests: int
    sampled_out_tokens: int
    peak_minute: str
    peak_tokens: int


class LimitUse(msgspec.Struct, frozen=True):
    """Lengths of answers under one output limit.

    Attributes:
        limit: max_output_tokens as sent, `none` or `other`.
        requests: successes with known output.
        cut_share: of those, how many ended by length, 0..1.
        reasoning_share: of their output, 0..1; None without output.
        p50_output_tokens: half of the answers were no longer.
    """

    deployment: str
    model: str
    application: str
    limit: str
    requests: int
    cut_share: float
    reasoning_share: float | None
    p50_output_tokens: float
    p95_output_tokens: float
    p99_output_tokens: float


class UserTokens(msgspec.Struct, frozen=True):
    """What a user used.

    Attributes:
        user: digest of the name, hexadecimal; `__other__` for all beyond the first 50.
        sampled_out_tokens: what requests that were sampled out are taken to have used besides.
    """

    user: str
    requests: int
    failed: int
    input_tokens: int
    output_tokens: int
    sampled_out_tokens: int


class ScoreSum(msgspec.Struct, frozen=True):
    """One score over the requests it was joined to.

    Attributes:
        score: its name.
        prompt_version: of the requests; empty where unknown.
        n: how many scores.
        deviation: standard deviation over them all.
    """

    score: str
    model: str
    deployment: str
    application: str
    prompt_version: str
    n: int
    mean: float
    deviation: float


def deployment_loads(load: Tally, index: Index) -> list[DeploymentLoad]:
    """Return deployments, those with most tokens first."""
    lines: list[DeploymentLoad] = []
    for code in np.unique(load.keys["series"]).tolist():
        own = load.where(load.keys["series"] == code)
        whole = own.estimated()
        tokens = whole.sums["uncached_input"] + whole.sums["output"]
        peak = int(tokens.argmax())
        resource, deployment, _, _ = index.places[code]
        lines.append(
            DeploymentLoad(
                resource,
                deployment,
                own.total("requests"),
                own.total("uncached_input"),
                own.total("cached_input"),
                own.total("cache_write"),
                own.total("output"),
                whole.total("requests") - own.total("requests"),
                _used(whole, _LOADED) - _used(own, _LOADED),
                rfc3339_minute(int(own.keys["minute"][peak])),
                int(tokens[peak]),
            )
        )
    lines.sort(key=lambda each: -(each.uncached_input_tokens + each.output_tokens))
    return lines[:LONGEST_LIST]


def limit_uses(outputs: Tally, index: Index) -> list[LimitUse]:
    """Return output limits by series, those with most requests first."""
    names = ("series", "limit")
    pairs = tally_of({name: outputs.keys[name] for name in names}, outputs.sums)
    order = np.argsort(-pairs.sums["requests"], kind="stable")[:LONGEST_LIST]
    return [
        _limit_use(outputs, int(pairs.keys["series"][at]), int(pairs.keys["limit"][at]), index)
        for at in order.tolist()
    ]


def user_tokens(users: Tally) -> list[UserTokens]:
    """Return users, those with most tokens first, sampled-out ones included; the others last."""
    reported, whole = (
        tally.sums["input"] + tally.sums["output"] for tally in (users, users.estimated())
    )
    others = users.keys["user"] == OTHERS
    order = np.lexsort((-whole, others)).tolist()
    columns = [
        *(users.sums[name] for name in ("requests", "failed", "input", "output")),
        whole - reported,
    ]
    return [
        UserTokens(
            "__other__" if others[at] else f"{int(users.keys['user'][at]) % (1 << 64):016x}",
            *(int(column[at]) for column in columns),
        )
        for at in order
    ]


def score_sums(quality: Tally, index: Index) -> list[ScoreSum]:
    """Return scores by series and prompt version, those with most values first."""
    order = np.argsort(-quality.sums["n"], kind="stable")[:LONGEST_LIST]
    return [_score_sum(quality, at, index) for at in order.tolist()]


def _used(tally: Tally, names: Sequence[str]) -> int:
    return sum(tally.total(name) for name in names)


def _limit_use(outputs: Tally, series: int, limit: int, index: Index) -> LimitUse:
    own = outputs.where((outputs.keys["series"] == series) & (outputs.keys["limit"] == limit))
    buckets = Groups(own.keys["bucket"])
    counts = buckets.sum(own.sums["requests"])
    cut = own.keys["finish"] == FINISHES.index("length")
    requests, made = own.total("requests"), own.total("output")
    _, deployment, model, application = index.places[series]
    return LimitUse(
        deployment,
        model,
        application,
        {NO_LIMIT: "none", OTHER_LIMIT: "other"}.get(limit, str(limit)),
        requests,
        int(own.sums["requests"][cut].sum()) / requests,
        own.total("reasoning") / made if made else None,
        *(quantile(buckets.codes, counts, share) for share in (0.5, 0.95, 0.99)),
    )


def _score_sum(quality: Tally, at: int, index: Index) -> ScoreSum:
    _, deployment, model, application = index.places[int(quality.keys["series"][at])]
    n = int(quality.sums["n"][at])
    mean = int(quality.sums["sum_millionths"][at]) / _SCALE / n
    square = int(quality.sums["squares_millionths"][at]) / _SCALE / n
    return ScoreSum(
        score_name(index.names[int(quality.keys["score"][at])]),
        model,
        deployment,
        application,
        index.versions[int(quality.keys["version"][at])],
        n,
        mean,
        max(square - mean * mean, 0.0) ** 0.5,
    )
