"""Many moments at once as microseconds since the epoch.

Datetime arithmetic takes some 400 ns a moment; here msgspec writes them all as MessagePack
timestamps, which numpy reads. A whole second takes 6 bytes, the last 4 its seconds; any other
moment takes 10, the last 8 its nanoseconds in the 30 bits above 34 bits of seconds.
Source: https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type
"""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

import msgspec
import numpy as np

from shared.domain.packing import Ints
from shared.domain.timeline import micros

# Fewer are faster one by one; more have a longer header.
_MANY = range(16, 1 << 16)
_HEADER_BYTES = 3
_SECOND_BYTES = 6
_MOMENT_BYTES = 10
_WORD = np.arange(-8, 0)
_SECOND_MASK = (1 << 32) - 1
_SECONDS_BITS = 34
_microsecond = attrgetter("microsecond")


def micros_of(moments: Sequence[datetime]) -> Ints:
    """Return microseconds since the epoch of aware datetimes."""
    found = _from_timestamps(moments) if len(moments) in _MANY else None
    if found is None:
        return np.array([micros(moment) for moment in moments], np.int64)
    return found


def _from_timestamps(moments: Sequence[datetime]) -> Ints | None:
    """Return the same, None where a moment takes another size: before 1970, or far ahead."""
    fractions = np.fromiter(map(_microsecond, moments), np.int64, len(moments))
    whole = fractions == 0
    ends = np.cumsum(np.where(whole, _SECOND_BYTES, _MOMENT_BYTES)) + _HEADER_BYTES
    encoded = np.frombuffer(msgspec.msgpack.encode(moments), np.uint8)
    if ends[-1] != len(encoded):
        return None
    words = encoded[ends[:, None] + _WORD].view(">u8").ravel()
    seconds = words & np.where(whole, _SECOND_MASK, (1 << _SECONDS_BITS) - 1).astype(np.uint64)
    nanoseconds = np.where(whole, 0, words >> _SECONDS_BITS)
    found: Ints = (seconds * 1_000_000 + nanoseconds // 1_000).astype(np.int64)
    return found
