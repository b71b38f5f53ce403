"""The functions of the app as the host knows them: by route, and by timer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import function_app
from tools.devhost.routes import Routes
from tools.devhost.schedule import Schedule

type Handler = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Functions:
    """What there is to call.

    Attributes:
        routes: HTTP functions, by paths without `/api`.
        timers: name -> when it is due.
        handlers: name -> function.
    """

    routes: Routes[Handler]
    timers: Mapping[str, Schedule]
    handlers: Mapping[str, Handler]


@cache
def functions() -> Functions:
    """Return the app's functions; the library lists them once in a process."""
    routes: Routes[Handler] = Routes()
    timers: dict[str, Schedule] = {}
    handlers: dict[str, Handler] = {}
    for each in function_app.app.get_functions():
        name, handler, trigger = (
            each.get_function_name(),
            each.get_user_function(),
            each.get_trigger().get_dict_repr(),
        )
        handlers[name] = handler
        if trigger["type"] == "httpTrigger":
            methods = [method.value for method in trigger["methods"]]
            routes.add(trigger["route"], methods, handler)
        elif trigger["type"] == "timerTrigger":
            timers[name] = Schedule.parse(trigger["schedule"])
    return Functions(routes, timers, handlers)
