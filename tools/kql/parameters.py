"""Parameters of the workbook as its queries use them: as values, put in as text.

The workbook replaces `{Model}` by the chosen models in quotes, separated by commas (`'*'` for all),
and `{TimeRange:grain}` by a step that fits the time chosen. So a filled-in query is plain KQL.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

GRAIN = "TimeRange:grain"
CHOICES = ("Model", "Deployment", "Application")
# As if nobody had chosen. `severity` is filled in by Bicep, once for each rule.
UNCHOSEN: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(CHOICES, "'*'") | {GRAIN: "5m", "severity": "error"}
)
_PARAMETER = re.compile(r"\{([A-Za-z]+(?::[a-z]+)?)\}")


def filled(text: str, values: Mapping[str, str] = UNCHOSEN) -> str:
    """Return a query with its parameters filled in.

    Args:
        text: KQL with parameters in braces.
        values: parameter -> text; those not given are as if nothing had been chosen.

    Raises:
        KeyError: it has a parameter that nobody knows.
    """
    every = {**UNCHOSEN, **values}
    return _PARAMETER.sub(lambda found: every[found[1]], text)


def chosen(names: Sequence[str]) -> str:
    """Return the text that stands for a choice of names."""
    return ",".join("'" + name.replace("'", "\\'") + "'" for name in names)
