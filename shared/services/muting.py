"""What evaluation goes by when it mutes alerts: the silences and inhibitions that are stored."""

import asyncio

from shared.domain.muting.muting import Muting
from shared.services.inhibitions import INHIBITIONS
from shared.services.ports import Documents
from shared.services.silences import load_silences


async def load_muting(documents: Documents) -> Muting:
    """Return the silences and inhibitions; each silence knows itself when it is in force."""
    silences, inhibitions = await asyncio.gather(
        load_silences(documents), INHIBITIONS.load(documents)
    )
    return Muting(silences, inhibitions)
