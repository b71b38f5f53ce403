"""What a variant deploys, as its committed snapshot says."""

import json
from functools import cache
from typing import Any

from tools.infra.templates import VARIANT_FOLDER, VARIANTS

__all__ = ["VARIANTS", "Resource", "app_settings", "deployed", "one", "text_of"]

type Resource = dict[str, Any]


@cache
def _resources(variant: str) -> list[Resource]:
    snapshot = json.loads((VARIANT_FOLDER / f"{variant}.snapshot.json").read_text())
    assert snapshot["diagnostics"] == []
    return list(snapshot["predictedResources"])


def deployed(variant: str, kind: str = "") -> list[Resource]:
    """Return the resources of a type, as `Microsoft.Web/sites`; of every type unless given."""
    return [each for each in _resources(variant) if kind in ("", each["type"])]


def one(variant: str, kind: str, name: str = "") -> Resource:
    """Return the only resource of a type whose name contains `name`."""
    (found,) = [each for each in deployed(variant, kind) if name in each["name"]]
    return found


def text_of(variant: str) -> str:
    """Return everything that is deployed, as JSON."""
    return json.dumps(_resources(variant))


def app_settings(variant: str) -> dict[str, str]:
    """Return the settings of the function app."""
    return dict(one(variant, "Microsoft.Web/sites/config", "/appsettings")["properties"])
