"""Timer functions: run on their schedule, one run at a time, whatever the last run came to."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta

from azure_functions_runtime.bindings.datumdef import Datum

from tools.devhost.app_settings import resolve
from tools.devhost.errors import InvocationError
from tools.devhost.function import Function
from tools.devhost.outputs import OutputQueues
from tools.devhost.runs import Runs
from tools.devhost.schedule import Schedule
from tools.devhost.worker import invoke

_PAST_DUE = timedelta(seconds=1)
# Sleeping in short pieces notices a clock that was set, or a machine that slept.
_LONGEST_SLEEP_S = 15.0

logger = logging.getLogger("devhost")


class Timer:
    """One timer function."""

    def __init__(self, function: Function, outputs: OutputQueues) -> None:
        """Read the schedule; raises `FunctionError` when it is none."""
        self.function = function
        self.schedule = Schedule.parse(resolve(function.trigger.attributes["schedule"]))
        self._outputs = outputs
        self._alone = asyncio.Lock()

    async def run(self, *, past_due: bool = False) -> None:
        """Run the function once, after the run that may be in progress.

        Raises:
            InvocationError: the function failed.
        """
        async with self._alone:
            info = {"IsPastDue": past_due, "Schedule": {"AdjustForDST": True}}
            _, outputs = await invoke(self.function, Datum(json.dumps(info), "json"))
            await self._outputs.send(self.function, outputs)

    async def follow_schedule(self, runs: Runs) -> None:
        """Run the function at each occurrence, for ever; several missed ones make one run."""
        due = self.schedule.after(datetime.now(UTC))
        if self.function.trigger.attributes.get("runOnStartup"):
            due = datetime.now(UTC)
        while True:
            started = await _sleep_until(due)
            try:
                await runs.run(self.run(past_due=started - due > _PAST_DUE))
            except InvocationError as error:
                logger.error("%s failed: %s", self.function.name, error)
            due = self.schedule.after(started)


async def _sleep_until(due: datetime) -> datetime:
    """Sleep until `due` and return the time it has become."""
    while (now := datetime.now(UTC)) < due:  # noqa: ASYNC110 - a clock has no event to await
        await asyncio.sleep(min((due - now).total_seconds(), _LONGEST_SLEEP_S))
    return now
