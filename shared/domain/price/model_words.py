"""Tells which model a meter's words stand for; one that is not known is not guessed.

Meters leave the family out where their product says it (`5.4 mini` of Azure OpenAI GPT5), append
the version's month and day (`gpt-4o-0806`), or abbreviate.
"""

import re

from shared.domain.price.model_name import ModelNames

FAMILIES = {
    "Azure OpenAI GPT5": "gpt",
    "Azure OpenAI GPT6": "gpt",
    "Azure OpenAI PP FT GPT4s": "gpt",
    "Azure Deepseek Models": "deepseek",
    "Azure Grok Models": "grok",
    "Azure Kimi": "kimi",
}
# What neither the family nor the version explains: the words -> the model.
_ALIASES = {
    "embedding-ada": "text-embedding-ada-002",
    "gpt-4-8k": "gpt-4",
    "gpt-4-32k": "gpt-4-32k",
    "gpt-4-turbo128k": "gpt-4-turbo",
    "gpt-4-turbo-128k": "gpt-4-turbo",
    "gpt-35-turbo16k-0125": "gpt-3.5-turbo",
    "gpt-35-turbo-16k-0125": "gpt-3.5-turbo",
    "gpt-35-trb16k-125": "gpt-3.5-turbo",
    "gpt-35-turbo16k-1106": "gpt-3.5-turbo-1106",
    "gpt-35-turbo-16k-1106": "gpt-3.5-turbo-1106",
    "deepseek-v3.2-sp": "deepseek-v3.2-speciale",
    "llama-3.3-70b": "llama-3.3-70b-instruct",
    "llama-4-maverick-17b": "llama-4-maverick-17b-128e-instruct-fp8",
    "large-3": "mistral-large-3",
    "codestral": "codestral-2501",
    "kimi-k2-thinking": "kimi-k2-thinking",
    "kimi-k2.5-thinking": "kimi-k2.5",
    "kimi-k2.6-thinking": "kimi-k2.6",
    "grok-3": "grok-3",
    "grok-3-mini": "grok-3-mini",
    "grok-4": "grok-4",
    "grok-code-fast-1": "grok-code-fast-1",
}
# Models that Azure sells under names of its own, as its catalogue has them in lower case.
_SOLD = {
    *_ALIASES.values(),
    *("deepseek-r1", "deepseek-v3-0324", "deepseek-v3.1", "deepseek-v3.2"),
    *("deepseek-v4-flash", "deepseek-v4-pro", "deepseek-v4-flash-0731"),
    *("kimi-k2.5", "kimi-k2.6", "kimi-k2.7-code", "mai-ds-r1", "gpt-oss-120b"),
}
_MONTH_DAY = re.compile(r"-(\d{2})(\d{2})$")


def full_words(words: str, product: str) -> str:
    """Return a meter's words for its model, with the family that its product says."""
    family = FAMILIES.get(product, "")
    told = not family or words.startswith(family) or re.match(r"gpt|o\d|mai|chat", words)
    return words if told else f"{family}-{words}"


def model_of(words: str, names: ModelNames) -> str | None:
    """Return the canonical name of a meter's model.

    Args:
        words: of the meter, with its family.
        names: the models that are known.

    Returns:
        The name; None for a model that is not known.
    """
    known = _ALIASES.get(words) or (words if words in _SOLD else None)
    if known is not None:
        return known
    dated = _MONTH_DAY.search(words)
    if dated is not None:
        base, ending = words[: dated.start()], f"-{dated[1]}-{dated[2]}"
        versions = {
            name
            for spelled, name in names.canonical.items()
            if spelled.startswith(f"{base}-20") and spelled.endswith(ending)
        }
        return versions.pop() if len(versions) == 1 else None
    return names.find(words)
