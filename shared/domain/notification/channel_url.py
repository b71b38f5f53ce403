"""What is wrong with the URL of a channel: nothing but a plain https address of somebody else.

Plain http and addresses inside a network are for receivers next to the monitor, where the operator
has said so (`ALLOW_PRIVATE_WEBHOOKS`). A name is only judged when it is resolved, on each call.
"""

from urllib.parse import SplitResult, urlsplit

from shared.domain.notification.public_address import is_address, is_public

MAX_URL_CHARACTERS = 2_048


def url_fault(url: str, *, allow_private: bool) -> str | None:
    """Return what is wrong with a URL, None for nothing; the text never repeats the URL.

    Args:
        url: as configured.
        allow_private: True lets http and addresses that are not public pass.
    """
    if not url.isascii() or any(mark <= " " or mark in '\\"<>^`{|}\x7f' for mark in url):
        return "expected a URL in plain ASCII, percent-encoded and in full"
    if len(url) > MAX_URL_CHARACTERS:
        return f"expected at most {MAX_URL_CHARACTERS} characters, got {len(url)}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "expected a URL as https://host/path"
    if not host or port == 0:
        return "expected a URL as https://host/path"
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes:
        return f"expected {' or '.join(schemes)}"
    return _place_fault(parts, host, allow_private=allow_private)


def host_of(url: str) -> str:
    """Return the host that a checked URL names: what a log may show of it."""
    return urlsplit(url).hostname or ""


def _place_fault(parts: SplitResult, host: str, *, allow_private: bool) -> str | None:
    if "@" in parts.netloc:
        return "expected no user or password in the URL: name a secret by secret_setting"
    if parts.fragment:
        return "expected no #fragment"
    if not allow_private and is_address(host) and not is_public(host):
        return f"expected a public address, got {host}"
    return None
