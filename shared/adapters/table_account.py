"""Where a storage account's tables are and how a call to them is authorised.

A connection string signs with SharedKeyLite; an account name goes with a Microsoft Entra token.
Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError

from shared.errors import Unavailable

SCOPE = "https://storage.azure.com/.default"
_EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
)


@dataclass(frozen=True, slots=True)
class TableAccount:
    """A storage account.

    Attributes:
        endpoint: URL of the table service without a trailing slash.
        name: the account's name.
        key: the shared key; empty where `credential` is used.
        credential: an async azure-identity credential, or None.
        connection_string: as configured; empty where `credential` is used.
    """

    endpoint: str
    name: str
    key: bytes = field(default=b"", repr=False)
    credential: Any = field(default=None, repr=False)
    connection_string: str = field(default="", repr=False)

    async def headers(self, path: str, now: datetime) -> dict[str, str]:
        """Return the headers that date and authorise a call to a path of the endpoint.

        Raises:
            Unavailable: Microsoft Entra gave no token.
        """
        date = format_datetime(now, usegmt=True)
        if self.credential is not None:
            try:
                token = await self.credential.get_token(SCOPE)
            except AzureError as error:
                raise Unavailable(f"storage sign-in failed: {type(error).__name__}") from error
            return {"x-ms-date": date, "Authorization": f"Bearer {token.token}"}
        resource = f"/{self.name}{urlsplit(self.endpoint).path}/{path}"
        digest = hmac.digest(self.key, f"{date}\n{resource}".encode(), hashlib.sha256)
        signature = base64.b64encode(digest).decode("ascii")
        return {"x-ms-date": date, "Authorization": f"SharedKeyLite {self.name}:{signature}"}


def account_from_connection_string(text: str) -> TableAccount:
    """Return the account of a connection string; `UseDevelopmentStorage=true` is the emulator.

    Raises:
        ValueError: no account name or key in it, or a key that is not one.
    """
    if text.strip().lower().startswith("usedevelopmentstorage=true"):
        text = _EMULATOR
    fields: Mapping[str, str] = dict(
        part.split("=", 1) for part in text.strip().strip(";").split(";") if "=" in part
    )
    missing = [name for name in ("AccountName", "AccountKey") if not fields.get(name)]
    if missing:
        raise ValueError(f"AzureWebJobsStorage: expected {' and '.join(missing)}")
    name = fields["AccountName"]
    suffix = fields.get("EndpointSuffix", "core.windows.net")
    scheme = fields.get("DefaultEndpointsProtocol", "https")
    endpoint = fields.get("TableEndpoint", f"{scheme}://{name}.table.{suffix}").rstrip("/")
    return TableAccount(endpoint, name, _key(fields["AccountKey"]), connection_string=text)


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("AzureWebJobsStorage: AccountKey is not base64") from None


def account_with_identity(name: str, endpoint: str, client_id: str) -> TableAccount:
    """Return the account that a managed identity reaches.

    Args:
        name: the account's name.
        endpoint: URL of its table service; empty for the public cloud's.
        client_id: of a user-assigned identity; empty for whatever credential is at hand.
    """
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    credential = (
        ManagedIdentityCredential(client_id=client_id) if client_id else DefaultAzureCredential()
    )
    url = endpoint or f"https://{name}.table.core.windows.net"
    return TableAccount(url.rstrip("/"), name, credential=credential)
