"""The signature of a notification, and its check by who receives it.

`X-Foundry-Monitor-Signature: t=<unix seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of
`<t>.<body>` under the channel's secret. The time is signed too, so that a recorded call cannot be
sent again later; several v1 may stand side by side while a secret is changed.
Source: the scheme of https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac

SIGNATURE_HEADER = "X-Foundry-Monitor-Signature"
DELIVERY_HEADER = "X-Foundry-Monitor-Delivery"
TOLERANCE_S = 300


def signature_of(body: bytes, secret: str, *, timestamp_s: int) -> str:
    """Return the signature header's value.

    Args:
        body: as it is sent, byte for byte.
        secret: that both sides know.
        timestamp_s: the time of sending, seconds since 1970.
    """
    return f"t={timestamp_s},v1={_digest(body, secret, str(timestamp_s))}"


def is_signed(
    header: str, body: bytes, secret: str, *, now_s: int, tolerance_s: int = TOLERANCE_S
) -> bool:
    """Tell whether a call was signed with the secret, lately.

    Args:
        header: the signature header's value.
        body: as it was received, byte for byte.
        secret: that both sides know.
        now_s: the receiver's clock, seconds since 1970.
        tolerance_s: by how much the time signed may differ from it, either way.
    """
    fields = [field.strip().partition("=") for field in header.split(",")]
    times = [text for name, _, text in fields if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) < 16):
        return False
    expected = _digest(body, secret, times[0]).encode()
    signed = [
        hmac.compare_digest(expected, text.encode()) for name, _, text in fields if name == "v1"
    ]
    return any(signed) and abs(now_s - int(times[0])) <= tolerance_s


def _digest(body: bytes, secret: str, timestamp: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
