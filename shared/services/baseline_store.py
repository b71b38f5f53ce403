"""Where baselines are kept: the one in force, and those that it replaced.

A version replaced goes to the history under the UTC day on which it was computed last, where it
stays for 400 days.
"""

from datetime import datetime, timedelta

import msgspec

from shared.domain.baseline.baseline import Baseline
from shared.domain.timeline import DAY_M, day_key, minute_of
from shared.errors import Stale
from shared.services.ports import Document, Documents

CURRENT = "baselines"
HISTORY = "baselinehistory"
KEPT = timedelta(days=400)

_decode = msgspec.json.Decoder(Baseline).decode


async def load_baselines(documents: Documents) -> list[Baseline]:
    """Return every baseline in force."""
    return [_decode(document.body) for document in await documents.list(CURRENT)]


async def find_baseline(model: str, deployment: str, documents: Documents) -> Baseline | None:
    """Return the baseline in force, or None; an empty deployment is all of the model's."""
    stored = await documents.get(CURRENT, _key(model, deployment))
    return None if stored is None else _decode(stored.body)


async def replaced_on(day: int, documents: Documents) -> list[Baseline]:
    """Return the versions computed last on a UTC day that were replaced since, oldest first.

    Args:
        day: any minute of it.
        documents: where they are.
    """
    first, end = day_key(day), day_key(day + DAY_M)
    found = await documents.list(HISTORY, first=first, end=end)
    return sorted((_decode(each.body) for each in found), key=lambda each: each.version)


async def store_baseline(baseline: Baseline, documents: Documents) -> None:
    """Put a baseline in force; an older version goes to the history first.

    Raises:
        Stale: somebody else is replacing it.
    """
    key = _key(baseline.model, baseline.deployment)
    stored = await documents.get(CURRENT, key)
    if stored is not None:
        before = _decode(stored.body)
        if before.version > baseline.version:
            raise Stale(f"baseline of {baseline.model} was replaced meanwhile")
        if before.version < baseline.version:
            await _keep(before, documents)
    etag = stored.etag if stored else None
    await documents.put(CURRENT, Document(key, msgspec.json.encode(baseline), etag))


async def forget_baselines(now: datetime, documents: Documents) -> int:
    """Delete the versions of more than 400 days ago; return how many that were."""
    old = await documents.list(HISTORY, end=day_key(minute_of(now - KEPT)))
    for document in old:
        await documents.delete(HISTORY, document)
    return len(old)


async def _keep(baseline: Baseline, documents: Documents) -> None:
    day = day_key(minute_of(baseline.established_at))
    key = f"{day}|{_key(baseline.model, baseline.deployment)}|{baseline.version}"
    try:
        await documents.put(HISTORY, Document(key, msgspec.json.encode(baseline)))
    except Stale:
        # An earlier try has kept it, and broke off before the next version was in force.
        return


def _key(model: str, deployment: str) -> str:
    return msgspec.json.encode([model, deployment]).decode()
