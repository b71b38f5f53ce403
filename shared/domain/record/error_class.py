"""Why a request failed, in seven classes, from its error type and HTTP status.

Quota (429), capacity (429 whose type says so), content_filter, client (other 4xx), timeout (408 and
timeouts), server (5xx and whatever is unknown), abandoned (never completed).
"""

import re
from enum import StrEnum


class ErrorClass(StrEnum):
    """The class of a failure."""

    QUOTA = "quota"
    CAPACITY = "capacity"
    CONTENT_FILTER = "content_filter"
    CLIENT = "client"
    TIMEOUT = "timeout"
    SERVER = "server"
    ABANDONED = "abandoned"


ERROR_CLASSES = tuple(ErrorClass)

_TIMEOUT = ("timeout", "timedout", "deadline")
_CAPACITY = ("capacity", "overloaded")
_QUOTA = ("ratelimit", "toomanyrequests", "quota")
_CONTENT_FILTER = ("contentfilter", "contentpolicy", "responsibleai")
_CLIENT = (
    "invalid",
    "badrequest",
    "authentication",
    "permission",
    "notfound",
    "unprocessable",
)
_LETTERS = re.compile(r"[^a-z0-9]+")
_STATUS = re.compile(r"(?:http)?([45][0-9]{2})")


def error_class(error_type: str, status_code: int | None) -> ErrorClass:
    """Return the class of a failure.

    Args:
        error_type: as the client names it, in any spelling (`RateLimitError`, `rate_limit`);
            `http_<status>` where it named none.
        status_code: HTTP status; None, or one below 400, tells nothing about the failure.
    """
    word = _LETTERS.sub("", error_type.lower())
    if word == ErrorClass.ABANDONED:
        return ErrorClass.ABANDONED
    if _says(word, _CONTENT_FILTER):
        return ErrorClass.CONTENT_FILTER
    status = status_code if status_code and status_code >= 400 else _status_of(word)
    if status == 408 or _says(word, _TIMEOUT):
        return ErrorClass.TIMEOUT
    if status is None:
        return _by_word(word)
    if status == 429:
        return ErrorClass.CAPACITY if _says(word, _CAPACITY) else ErrorClass.QUOTA
    return ErrorClass.CLIENT if status < 500 else ErrorClass.SERVER


def _by_word(word: str) -> ErrorClass:
    if _says(word, _CAPACITY):
        return ErrorClass.CAPACITY
    if _says(word, _QUOTA):
        return ErrorClass.QUOTA
    return ErrorClass.CLIENT if _says(word, _CLIENT) else ErrorClass.SERVER


def _says(word: str, parts: tuple[str, ...]) -> bool:
    return any(part in word for part in parts)


def _status_of(word: str) -> int | None:
    found = _STATUS.fullmatch(word)
    return int(found[1]) if found else None
