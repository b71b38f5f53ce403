"""Improving a model's configuration by what its own traffic shows; nothing is stored."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from shared.domain.advice.assembly import Assembly, Known
from shared.domain.advice.ground import Limits
from shared.domain.advice.optimize import Optimized, optimized
from shared.domain.advice.optimize_input import checked
from shared.domain.advice.scope import Scope
from shared.services.advice_material import AdvicePorts, Material, read_material
from shared.services.digests import Budget


async def optimize(
    scope: Scope,
    config: Mapping[str, object],
    *,
    now: datetime,
    ports: AdvicePorts,
    budget: Budget,
) -> Optimized:
    """Return a configuration with what is known of a model's requests applied to it.

    Args:
        scope: the model; its deployment and application, empty for all of them.
        config: as it is.
        now: the clock, UTC.
        ports: what is known, and where from.
        budget: how long looking at days without a digest may take.

    Raises:
        InvalidInput: a key of the configuration is not of its kind.
    """
    current = checked(config)
    material = await read_material(now=now, ports=ports, budget=budget, model=scope.model)
    found = await asyncio.to_thread(_optimized, scope, current, material, ports.limits)
    model, deployment, application = scope
    return replace(found, model_name=model, deployment=deployment, application=application)


def _optimized(
    scope: Scope, config: dict[str, object], material: Material, limits: Limits
) -> Optimized:
    known = Known(material.works, material.traffic, material.pricing, limits, (), material.now)
    return optimized(config, Assembly(known).ground_over(scope))
