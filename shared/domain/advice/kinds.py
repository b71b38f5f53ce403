"""Every kind of advice: what is asked of an application's requests, and of a whole deployment's.

A kind that says nothing of a scope (it is in no conclusion) has too little to go by; one that
concludes without advice has enough, and nothing to advise.
"""

from collections.abc import Callable, Sequence

from shared.domain.advice import (
    failures,
    max_tokens,
    other_model,
    prompt_cache,
    prompt_length,
    reasoning_effort,
    refused_setting,
    response_cache,
    retries,
    slowness,
    streaming,
    temperature,
    timeouts,
)
from shared.domain.advice.ground import Conclusion, Ground

type Kind = Callable[[Ground], Sequence[Conclusion]]


def _one(conclude: Callable[[Ground], Conclusion | None]) -> Kind:
    def every(ground: Ground) -> list[Conclusion]:
        found = conclude(ground)
        return [] if found is None else [found]

    return every


_OF_APPLICATIONS: tuple[Kind, ...] = (
    _one(max_tokens.conclude),
    _one(reasoning_effort.conclude),
    _one(temperature.conclude),
    _one(refused_setting.conclude),
    _one(response_cache.conclude),
    _one(prompt_cache.conclude),
    _one(prompt_length.conclude),
    _one(streaming.conclude),
    _one(timeouts.conclude),
    retries.conclude,
    other_model.conclude,
)
_OF_DEPLOYMENTS: tuple[Kind, ...] = (failures.conclude, slowness.conclude)


def of_application(ground: Ground) -> list[Conclusion]:
    """Return what is concluded about an application's requests to a deployment."""
    return [each for kind in _OF_APPLICATIONS for each in kind(ground)]


def of_deployment(ground: Ground) -> list[Conclusion]:
    """Return what is concluded about a deployment as a whole."""
    return [each for kind in _OF_DEPLOYMENTS for each in kind(ground)]
