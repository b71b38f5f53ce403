"""The names that a model goes by, and the one that its prices are kept under.

Azure writes `gpt-35-turbo` where others write `gpt-3.5-turbo`, and tells a version apart (`gpt-4o`,
`2024-08-06`) or appends it (`gpt-4o-2024-08-06`). A version may have a price of its own, as `gpt-4`
in version `turbo-2024-04-09` has. A name that merely resembles a known one is not that model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# What follows a model's name in its versions: 2024-08-06, 0613, 20250514, and nothing else.
_VERSION = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$")
# Versions that are no model of their own: dates, numbers (1, 0613, 2.1) and the moving ones.
_PLAIN_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}|\d+(\.\d+)*|latest|default|")


@dataclass(frozen=True, slots=True)
class ModelNames:
    """Every spelling known, and what it stands for.

    Attributes:
        canonical: spelling in lower case -> the model's canonical name.
    """

    canonical: Mapping[str, str] = field(default_factory=dict)

    def find(self, model: str, version: str = "") -> str | None:
        """Return a model's canonical name.

        Args:
            model: as reported or configured, with or without a version at its end.
            version: as Azure tells it apart; empty where it is not told.

        Returns:
            The name; None for a model that nobody knows.
        """
        name, version = _spelled(model), version.strip().lower()
        if version and (exact := self.canonical.get(f"{name}-{version}")):
            return exact
        if not _PLAIN_VERSION.fullmatch(version):
            return None
        return self.canonical.get(name) or self.canonical.get(_VERSION.sub("", name))


def _spelled(model: str) -> str:
    name = model.strip().lower()
    return f"gpt-3.5-{name.removeprefix('gpt-35-')}" if name.startswith("gpt-35-") else name


def model_names(spellings: Mapping[str, str]) -> ModelNames:
    """Return the names that spellings (in any case) stand for; each model's own name is one."""
    known = {name.lower(): name for name in spellings.values()}
    return ModelNames(known | {_spelled(each): name for each, name in spellings.items()})
