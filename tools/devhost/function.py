"""A function as the worker indexed it: a name, one trigger, output bindings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.devhost.errors import HostError


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a function.

    Attributes:
        type: as `httpTrigger`, `timerTrigger`, `queueTrigger`, `queue`, `http`.
        name: the parameter it feeds; `$return` for the return value.
        attributes: the rest of the decorator's arguments, by their names in function.json.
    """

    type: str
    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the app.

    Attributes:
        name: its name.
        id: the worker's handle to it.
        trigger: what starts it.
        outputs: its other bindings, by parameter.
    """

    name: str
    id: str
    trigger: Binding
    outputs: Mapping[str, Binding]


def function_of(name: str, function_id: str, raw: Sequence[Mapping[str, Any]]) -> Function:
    """Build a function from its bindings as the worker reports them.

    Raises:
        HostError: it has no trigger.
    """
    bindings = [Binding(one["type"], one["name"], one) for one in raw]
    triggers = [one for one in bindings if one.type.lower().endswith("trigger")]
    if not triggers:
        raise HostError(f"function '{name}' has no trigger")
    outputs = {one.name: one for one in bindings if one is not triggers[0]}
    return Function(name, function_id, triggers[0], outputs)
