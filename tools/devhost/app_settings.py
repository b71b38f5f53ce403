"""App settings: environment variables, with local.settings.json for what the environment lacks."""

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

import msgspec

from tools.devhost.errors import FunctionError, HostError

_REFERENCE = re.compile(r"%([^%]+)%")
_TRUE = frozenset({"true", "1"})


class _LocalSettings(msgspec.Struct, rename="pascal"):
    is_encrypted: bool = False
    values: dict[str, str] = {}


def load_local_settings(app_dir: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Add the `Values` of local.settings.json to `environ`; what is set there already stays.

    Raises:
        HostError: the file exists and is not what Core Tools would accept.
    """
    file = app_dir / "local.settings.json"
    if not file.exists():
        return
    try:
        settings = msgspec.json.decode(file.read_bytes(), type=_LocalSettings)
    except msgspec.DecodeError as error:
        raise HostError(f"local.settings.json: {error}") from error
    if settings.is_encrypted:
        raise HostError("local.settings.json: encrypted settings can't be read here")
    for name, value in settings.values.items():
        environ.setdefault(name, value)


def resolve(text: str) -> str:
    """Replace each `%NAME%` in a binding's attribute by that app setting.

    Raises:
        FunctionError: there is no such setting.
    """

    def value(reference: re.Match[str]) -> str:
        name = reference[1]
        if name not in os.environ:
            raise FunctionError(f"'%{name}%' does not resolve to a value")
        return os.environ[name]

    return _REFERENCE.sub(value, text)


def is_disabled(function: str) -> bool:
    """Tell whether `AzureWebJobs.<function>.Disabled` (on Linux also with `_`) switches it off."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled")
    return any(os.environ.get(name, "").lower() in _TRUE for name in names)


def body_limit_bytes() -> int:
    """Return the largest request body accepted, 100 MiB unless the app settings say otherwise."""
    return int(os.environ.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "104857600"))
