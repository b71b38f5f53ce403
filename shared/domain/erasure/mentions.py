"""Where documents that people wrote name an application: rules, silences, budgets and the like."""

from typing import Any

import msgspec

from shared.domain.label import APPLICATION


def mentions(body: bytes, application: str) -> bool:
    """Tell whether a JSON document names an application under the key `application`.

    A matcher or filter names it as a value or as one of several.
    """
    return _names(msgspec.json.decode(body), application)


def _names(part: Any, application: str) -> bool:
    if isinstance(part, list):
        return part == [APPLICATION, application] or any(_names(p, application) for p in part)
    if not isinstance(part, dict):
        return False
    own = part.get(APPLICATION)
    several = own if isinstance(own, list) else [own]
    return application in several or any(_names(each, application) for each in part.values())
