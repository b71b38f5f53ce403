"""The host: reads the app, gives each function what starts it, and takes all that down again."""

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

from tools.devhost.admin import AdminRoutes
from tools.devhost.app_settings import body_limit_bytes, is_disabled, load_local_settings
from tools.devhost.errors import FunctionError, HostError
from tools.devhost.front import Front
from tools.devhost.function import Function
from tools.devhost.host_json import HostJson, load_host_json
from tools.devhost.outputs import OutputQueues, check_outputs
from tools.devhost.queues import QueueListener
from tools.devhost.routes import Routes
from tools.devhost.runs import Runs
from tools.devhost.timers import Timer
from tools.devhost.worker import index_app, stop_worker

_NAME = re.compile(r"(?!host$)[a-z][a-z0-9_\-]{0,127}", re.IGNORECASE)
_RESERVED = re.compile(r"(admin|runtime)(/|$)", re.IGNORECASE)
_WITHOUT_BUNDLE = frozenset({"httpTrigger", "http", "timerTrigger"})

logger = logging.getLogger("devhost")


class Host:
    """A function app being served."""

    def __init__(self, host_json: HostJson, *, timers: bool) -> None:
        """Serve nothing yet; with `timers` off, timer functions run on demand only."""
        self._host_json = host_json
        self._follows_schedules = timers
        self._outputs = OutputQueues(host_json.extensions.queues)
        self._runs = Runs()
        self._routes: Routes[Function] = Routes()
        self._admin = AdminRoutes(self._runs)
        self._timers: list[Timer] = []
        self._listeners: list[QueueListener] = []
        self._loops: list[asyncio.Task[None]] = []

    @classmethod
    async def load(cls, app_dir: Path, *, timers: bool) -> "Host":
        """Read an app's settings, host.json and functions.

        Raises:
            HostError: Azure would not start this app.
        """
        load_local_settings(app_dir)
        host = cls(load_host_json(app_dir), timers=timers)
        functions = await index_app(app_dir)
        if not functions:
            raise HostError(f"no functions were found in {app_dir / 'function_app.py'}")
        for function in functions:
            try:
                host._add(function)
            except FunctionError as error:
                logger.error("function '%s' is in error: %s", function.name, error)
        return host

    def front(self, *, key: str | None) -> Front:
        """Return the application that serves HTTP; `key` None lets everybody in."""
        return Front(self._routes, self._admin, self._outputs.send, key, body_limit_bytes())

    def start(self) -> None:
        """Begin to follow schedules and to listen to queues."""
        loops = [listener.listen(self._runs) for listener in self._listeners]
        if self._follows_schedules:
            loops += [timer.follow_schedule(self._runs) for timer in self._timers]
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def stop(self, *, grace_s: float) -> None:
        """Start nothing new, let what runs end within `grace_s`, and close everything."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if late := await self._runs.end(grace_s=grace_s):
            logger.warning("%d invocations took longer than %g s and were cut off", late, grace_s)
        for listener in self._listeners:
            await listener.close()
        await self._outputs.close()
        stop_worker()

    def _add(self, function: Function) -> None:
        adders: dict[str, Callable[[Function], str]] = {
            "httpTrigger": self._add_http,
            "timerTrigger": self._add_timer,
            "queueTrigger": self._add_queue,
        }
        trigger = function.trigger.type
        if not _NAME.fullmatch(function.name):
            raise FunctionError("not a valid function name")
        if trigger not in adders:
            raise FunctionError(f"trigger type '{trigger}' is not supported by this host")
        types = {trigger, *(binding.type for binding in function.outputs.values())}
        if types - _WITHOUT_BUNDLE and self._host_json.extension_bundle is None:
            raise FunctionError("bindings other than http and timer need an extensionBundle")
        check_outputs(function)
        logger.info("%-28s %s", function.name, adders[trigger](function))

    def _add_http(self, function: Function) -> str:
        attributes = function.trigger.attributes
        route = (attributes.get("route") or function.name).strip("/")
        methods = attributes.get("methods") or []
        if _RESERVED.match(route):
            raise FunctionError(f"route '{route}' conflicts with the host's own routes")
        path = f"{self._host_json.extensions.http.route_prefix}/{route}".strip("/")
        if is_disabled(function.name):
            return f"disabled  /{path}"
        self._routes.add(path, methods, function)
        return f"{','.join(methods) or '*':9} /{path}"

    def _add_timer(self, function: Function) -> str:
        timer = Timer(function, self._outputs)
        self._admin.add(function.name, lambda _: timer.run())
        if is_disabled(function.name):
            return f"disabled  timer {timer.schedule.expression}"
        self._timers.append(timer)
        return f"timer     {timer.schedule.expression}"

    def _add_queue(self, function: Function) -> str:
        listener = QueueListener(function, self._host_json.extensions.queues, self._outputs)
        self._admin.add(function.name, listener.run)
        if is_disabled(function.name):
            return f"disabled  queue {listener.queue_name}"
        self._listeners.append(listener)
        return f"queue     {listener.queue_name}"
