"""Timer schedules: NCRONTAB, six fields with seconds first, read in UTC as on Linux in Azure.

Day of month and day of week must both match (in cron, either).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from croniter import CroniterError, croniter

from tools.devhost.errors import FunctionError

# NCRONTAB has none of the L, #, ? and W that cron libraries accept, and its week begins with day 0.
_FIELD = re.compile(r"(?:[0-9*,/\-]|[A-Za-z]{3})+")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A checked schedule expression; five fields are taken as beginning with minutes."""

    expression: str

    @classmethod
    def parse(cls, expression: str) -> "Schedule":
        """Check an expression.

        Raises:
            FunctionError: it isn't NCRONTAB, or never comes true.
        """
        fields = expression.split()
        shaped = len(fields) in (5, 6) and all(map(_FIELD.fullmatch, fields)) and fields[-1] != "7"
        try:
            if shaped:
                cls(expression).after(_EPOCH)
                return cls(expression)
        except CroniterError:
            pass
        raise FunctionError(f"'{expression}' is not a schedule: expected six NCRONTAB fields")

    def after(self, moment: datetime) -> datetime:
        """Return the first occurrence later than `moment`."""
        six = len(self.expression.split()) == 6
        ticks = croniter(self.expression, moment, second_at_beginning=six, day_or=False)
        occurrence: datetime = ticks.get_next(datetime)
        return occurrence
