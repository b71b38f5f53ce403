"""What an answer of the ingestion endpoint means for each item of a post.

The endpoint answers 200 when it took everything and 206 when it took a part, with one error for
each item it did not take: `{"itemsReceived": 2, "itemsAccepted": 1, "errors": [{"index": 1,
"statusCode": 429, "message": "..."}]}`. The exporter reports a failed post and a 206 alike as
FAILURE and, without offline storage, forgets which items failed, so the answer is read here again.

An item is given up only when sending it again cannot help: the resource samples it out, its time
is older than the 48 hours the endpoint accepts, or it is invalid (400) while its neighbours were
taken. A 400 for everything says more about the connection string than about the items: they stay.
"""

from dataclasses import dataclass

import msgspec

_READABLE_STATUSES = frozenset({200, 206, 400})
_INVALID_STATUS = 400
_SAMPLED_OUT = "telemetry sampled out."
_TOO_OLD = "older than the allowed min date"


class ItemError(msgspec.Struct, frozen=True, rename="camel"):
    """Why one item was not taken.

    Attributes:
        index: the item's place in the post; None when the endpoint did not say.
        status_code: as if the item had been posted alone.
        message: the endpoint's reason.
    """

    index: int | None = None
    status_code: int | None = None
    message: str | None = None


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """An answer as read; the defaults stand for one that is not the endpoint's JSON.

    Attributes:
        status: HTTP status.
        retry_after_s: how long the endpoint asked to be left alone; None when it did not.
        items_accepted: how many items were taken.
        errors: one for each item that was not.
    """

    status: int = 0
    retry_after_s: int | None = None
    items_accepted: int = 0
    errors: tuple[ItemError, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the items that were not taken.

    Attributes:
        again: places of those that may be taken later.
        given_up: places of those that never will be, each with its error.
    """

    again: tuple[int, ...]
    given_up: tuple[tuple[int, ItemError], ...]


def read_answer(status: int, retry_after: str | None, body: str) -> Answer:
    """Return the answer of an HTTP response.

    Args:
        status: HTTP status.
        retry_after: the header of that name; anything but whole seconds is ignored.
        body: the response's text.
    """
    try:
        answer = msgspec.json.decode(body, type=Answer)
    except msgspec.DecodeError:
        answer = Answer()
    wait_s = int(retry_after) if retry_after and retry_after.isdecimal() else None
    return msgspec.structs.replace(answer, status=status, retry_after_s=wait_s)


def judge(answer: Answer, posted: int) -> Verdict | None:
    """Sort the items that were not taken.

    Args:
        answer: what the endpoint said.
        posted: how many items the post held.

    Returns:
        The verdict, or None when the answer does not account for every item, so that all of them
        have to be sent again.
    """
    errors = {error.index: error for error in answer.errors if error.index is not None}
    accounted = len(errors) == len(answer.errors) == posted - answer.items_accepted
    if (
        answer.status not in _READABLE_STATUSES
        or not accounted
        or not errors.keys() <= set(range(posted))
    ):
        return None
    final = {index for index in errors if _is_final(errors[index], answer.items_accepted)}
    return Verdict(
        again=tuple(sorted(errors.keys() - final)),
        given_up=tuple((index, errors[index]) for index in sorted(final)),
    )


def _is_final(error: ItemError, items_accepted: int) -> bool:
    message = (error.message or "").lower()
    if message == _SAMPLED_OUT or _TOO_OLD in message:
        return True
    return error.status_code == _INVALID_STATUS and items_accepted > 0
