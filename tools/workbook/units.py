"""Units of the workbook: how a title names them and how numbers of them are written."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Attributes:
        name: as titles say it; empty for what has none (text, times).
        code: the workbook's number for it, 0 for none of its own.
        digits: decimals at most.
        currency: its code; empty for what is no money.
    """

    name: str
    code: int = 0
    digits: int = 0
    currency: str = ""

    def titled(self, title: str) -> str:
        """Return a title with the unit."""
        return f"{title} ({self.name})" if self.name else title

    def number_format(self) -> Json:
        """Return how the workbook writes numbers of it."""
        options: Json = {"maximumFractionDigits": self.digits, "useGrouping": True}
        if self.currency:
            options |= {"style": "currency", "currency": self.currency}
        else:
            options |= {"style": "decimal"}
        return {"unit": self.code, "options": options}


TEXT = Unit("")
TIME = Unit("")
COUNT = Unit("count", 17)
MINUTES = Unit("minutes", digits=0)
PERCENT = Unit("%", 1, 2)
MILLISECONDS = Unit("ms", 23)
SECONDS = Unit("s", 24, 2)
TOKENS = Unit("tokens", 17)
USD = Unit("USD", digits=2, currency="USD")
USD_A_DAY = Unit("USD a day", digits=2, currency="USD")
# In the unit that another column of the row names.
OWN = Unit("in its unit", digits=4)
