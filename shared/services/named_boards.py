"""The `Boards` port as readers see it: models named by what is known of deployments."""

import asyncio

from shared.domain.anomaly.board import Board
from shared.domain.anomaly.naming import named_boards
from shared.services.anomaly_ports import Boards
from shared.services.pricing import PricingLoader


class NamedBoards:
    """Boards with models in place of deployments' names."""

    def __init__(self, boards: Boards, load_pricing: PricingLoader) -> None:
        """Read from these."""
        self._boards, self._load_pricing = boards, load_pricing

    async def boards(self, first: int, end: int) -> list[Board]:
        """Return the boards of the steps that begin in [first, end), in order."""
        found, book = await asyncio.gather(
            self._boards.boards(first, end), self._load_pricing.deployments()
        )
        return named_boards(found, book)
