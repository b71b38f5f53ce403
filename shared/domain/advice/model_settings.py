"""Which settings a model takes, as its maker says: data, dated, and nothing beyond it.

Read on 2026-11-28, in copies of the pages from March 2026:

* learn.microsoft.com/azure/foundry/openai/how-to/reasoning: efforts by model, defaults, and
  temperature among what reasoning models do not support;
* learn.microsoft.com/javascript/api/@azure/ai-projects/reasoningeffort: defaults, `none`, `xhigh`;
* learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching: gpt-4o or newer.

A model that is not listed is unknown: nothing is advised that depends on what it takes. Whether
models after gpt-5.1 take a temperature at effort `none` is told differently in different places, so
it is left alone there too. Names match as a whole, with a version behind them (`-2025-08-07`).
"""

import re
from dataclasses import dataclass

_VERSION = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$")
_LOW_TO_HIGH = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model takes.

    Attributes:
        temperature: whether it takes one other than 1.
        efforts: its reasoning efforts, from the least; empty where it takes none.
        default_effort: what it does where none is stated; empty where that is not known.
        caches_prompts: whether what prompts begin with is cached by the service.
    """

    temperature: bool
    efforts: tuple[str, ...] = ()
    default_effort: str = ""
    caches_prompts: bool = True


_PLAIN = ModelSettings(temperature=True)
_BEFORE_CACHING = ModelSettings(temperature=True, caches_prompts=False)
# Nothing is generated: no temperature, no effort, and no prompt that is read from a cache.
_EMBEDDING = ModelSettings(temperature=False, caches_prompts=False)
_O_SERIES = ModelSettings(False, _LOW_TO_HIGH, "medium")
_GPT_5 = ModelSettings(False, ("minimal", *_LOW_TO_HIGH), "medium")
_GPT_5_1 = ModelSettings(False, ("none", *_LOW_TO_HIGH), "none")
_LATER = ModelSettings(False, _LOW_TO_HIGH)

MODEL_SETTINGS: dict[str, ModelSettings] = {
    "gpt-35-turbo": _BEFORE_CACHING,
    "gpt-3.5-turbo": _BEFORE_CACHING,
    "gpt-4": _BEFORE_CACHING,
    "gpt-4-32k": _BEFORE_CACHING,
    "gpt-4-turbo": _BEFORE_CACHING,
    "gpt-4o": _PLAIN,
    "gpt-4o-mini": _PLAIN,
    "gpt-4.1": _PLAIN,
    "gpt-4.1-mini": _PLAIN,
    "gpt-4.1-nano": _PLAIN,
    "o1-mini": ModelSettings(temperature=False),
    "o1-preview": ModelSettings(temperature=False),
    "o1": _O_SERIES,
    "o3-mini": _O_SERIES,
    "o3": _O_SERIES,
    "o3-pro": _O_SERIES,
    "o4-mini": _O_SERIES,
    "codex-mini": _O_SERIES,
    "gpt-5": _GPT_5,
    "gpt-5-mini": _GPT_5,
    "gpt-5-nano": _GPT_5,
    "gpt-5-codex": ModelSettings(False, _LOW_TO_HIGH, "medium"),
    "gpt-5-pro": ModelSettings(False, ("high",), "high"),
    "gpt-5.1": _GPT_5_1,
    "gpt-5.1-codex": _GPT_5_1,
    "gpt-5.1-codex-mini": _GPT_5_1,
    "gpt-5.1-codex-max": ModelSettings(False, ("none", *_LOW_TO_HIGH, "xhigh")),
    "gpt-5.2": ModelSettings(False, ("none", *_LOW_TO_HIGH, "xhigh")),
    "gpt-5.4": ModelSettings(False, (*_LOW_TO_HIGH, "xhigh")),
    "gpt-5.4-mini": _LATER,
    "gpt-5.4-nano": _LATER,
    "gpt-5.5": _LATER,
    "gpt-5.6": _LATER,
    "text-embedding-3-large": _EMBEDDING,
    "text-embedding-3-small": _EMBEDDING,
    "text-embedding-ada-002": _EMBEDDING,
}


def settings_of_model(model: str) -> ModelSettings | None:
    """Return what a model takes; None where nobody said."""
    name = model.strip().lower()
    return MODEL_SETTINGS.get(name) or MODEL_SETTINGS.get(_VERSION.sub("", name))


def lower_efforts(known: ModelSettings, effort: str) -> tuple[str, ...]:
    """Return the efforts below one, the nearest first; none of an unknown one."""
    if effort not in known.efforts:
        return ()
    return known.efforts[: known.efforts.index(effort)][::-1]
