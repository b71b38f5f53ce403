"""Connection strings, tokens and what must never be shown of them."""

import base64
from datetime import UTC, datetime

import pytest
from azure.core.exceptions import ClientAuthenticationError

from shared.adapters.table_account import (
    TableAccount,
    account_from_connection_string,
    account_with_identity,
)
from shared.errors import Unavailable
from tests.adapters.fake_credential import FakeCredential

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KEY = base64.b64encode(b"0123456789abcdef").decode()


@pytest.mark.parametrize(
    ("text", "endpoint", "name"),
    [
        pytest.param(
            "UseDevelopmentStorage=true",
            "http://127.0.0.1:10002/devstoreaccount1",
            "devstoreaccount1",
            id="emulator",
        ),
        pytest.param(
            " usedevelopmentstorage=true;",
            "http://127.0.0.1:10002/devstoreaccount1",
            "devstoreaccount1",
            id="emulator, any case",
        ),
        pytest.param(
            f"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={KEY};"
            "EndpointSuffix=core.windows.net",
            "https://acme.table.core.windows.net",
            "acme",
            id="as the portal writes it",
        ),
        pytest.param(
            f"AccountName=acme;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn;",
            "https://acme.table.core.chinacloudapi.cn",
            "acme",
            id="another cloud",
        ),
        pytest.param(
            f"AccountName=acme;AccountKey={KEY}",
            "https://acme.table.core.windows.net",
            "acme",
            id="shortest",
        ),
        pytest.param(
            f"BlobEndpoint=http://h:1/acme;AccountKey={KEY};AccountName=acme;"
            "TableEndpoint=http://h:3/acme/;",
            "http://h:3/acme",
            "acme",
            id="an endpoint of its own",
        ),
    ],
)
def test_a_connection_string_names_the_table_service(text: str, endpoint: str, name: str) -> None:
    account = account_from_connection_string(text)
    assert (account.endpoint, account.name) == (endpoint, name)
    assert account.credential is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("AccountName=acme", "expected AccountKey", id="no key"),
        pytest.param("AccountName=acme;AccountKey=", "expected AccountKey", id="empty key"),
        pytest.param(f"AccountKey={KEY}", "expected AccountName", id="no name"),
        pytest.param("nonsense", "expected AccountName and AccountKey", id="neither"),
        pytest.param("", "expected AccountName and AccountKey", id="empty"),
        pytest.param("AccountName=a;AccountKey=s3cr€t", "AccountKey is not", id="not base64"),
        pytest.param("AccountName=a;AccountKey=abc", "AccountKey is not", id="cut short"),
    ],
)
def test_a_wrong_connection_string_is_named_without_showing_it(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"AzureWebJobsStorage: {reason}") as caught:
        account_from_connection_string(text)
    assert "s3cr" not in str(caught.value)


def test_an_account_does_not_show_its_key() -> None:
    account = account_from_connection_string(f"AccountName=acme;AccountKey={KEY}")
    assert "acme" in repr(account)
    assert KEY not in repr(account)
    assert "0123456789abcdef" not in repr(account)


async def test_a_shared_key_call_is_dated_and_signed() -> None:
    account = account_from_connection_string(f"AccountName=acme;AccountKey={KEY}")
    headers = await account.headers("control(PartitionKey='p',RowKey='r')", NOW)
    assert headers["x-ms-date"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    scheme, _, signature = headers["Authorization"].partition(" ")
    assert scheme == "SharedKeyLite"
    assert signature.startswith("acme:")
    other = await account.headers("control(PartitionKey='p',RowKey='s')", NOW)
    assert other["Authorization"] != headers["Authorization"]


async def test_a_token_call_carries_the_credentials_token() -> None:
    credential = FakeCredential()
    account = TableAccount("https://acme.table.core.windows.net", "acme", credential=credential)
    assert await account.headers("control", NOW) == {
        "x-ms-date": "Mon, 23 Nov 2026 10:00:00 GMT",
        "Authorization": "Bearer ey.secret",
    }
    assert credential.scopes == ["https://storage.azure.com/.default"]


async def test_a_failed_sign_in_is_unavailable() -> None:
    failing = FakeCredential(ClientAuthenticationError("no identity endpoint"))
    account = TableAccount("https://acme.table.core.windows.net", "acme", credential=failing)
    with pytest.raises(Unavailable, match="storage sign-in failed: ClientAuthenticationError"):
        await account.headers("control", NOW)


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("", "https://acme.table.core.windows.net"),
        ("https://acme.table.core.usgovcloudapi.net/", "https://acme.table.core.usgovcloudapi.net"),
    ],
)
async def test_an_identitys_account_is_the_public_clouds_unless_told(
    given: str, endpoint: str
) -> None:
    account = account_with_identity("acme", given, "00000000-0000-0000-0000-000000000001")
    assert (account.endpoint, account.name, account.key) == (endpoint, "acme", b"")
    assert account.credential is not None
    await account.credential.close()
