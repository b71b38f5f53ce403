"""How much of its quota a deployment takes, minute by minute: before anything is turned away.

Azure admits by prompt and `max_tokens` a minute, and by requests; the greater share of the two
counts. It is an estimate, as the rule on `token_usage_rate` is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain import label
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.metric.merging import merged
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import instant

MEASURES = frozenset({"n", "admitted_tokens"})
BUSY = 0.9


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A deployment's minutes.

    Attributes:
        minutes: with requests.
        busy: in which it took `BUSY` of its quota or more.
        peak: the greatest share of any, above 1 where more was asked for.
    """

    minutes: int
    busy: int
    peak: float


def quota_use(parts: Sequence[Rollup], quotas: QuotaBook) -> dict[str, QuotaUse]:
    """Return the use of each deployment whose quota is known, by name.

    Of deployments of one name in several resources the one with most busy minutes is told.

    Args:
        parts: rollups by the minute, with `MEASURES`.
        quotas: what is known of deployments.
    """
    rows = merged(parts, REQUEST_MEASURES, (label.RESOURCE, label.DEPLOYMENT), {}, MEASURES)
    found: dict[str, QuotaUse] = {}
    for at, labels in enumerate(rows.labels):
        own = rows.where(rows.series == at)
        resource, deployment = (text for _, text in labels)
        config = quotas.config(resource, deployment, instant(int(own.slots.max())))
        if config is None or not (config.tpm_quota or config.rpm_quota):
            continue
        tokens = own.ints("admitted_tokens") / (config.tpm_quota or np.inf)
        share = np.maximum(tokens, own.ints("n") / (config.rpm_quota or np.inf))
        use = QuotaUse(len(own), int((share >= BUSY).sum()), float(share.max()))
        if deployment not in found or use.busy > found[deployment].busy:
            found[deployment] = use
    return found
