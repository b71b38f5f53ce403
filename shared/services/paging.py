"""Pages of a list: the latest first, each page going on from where the one before it ended."""

from collections.abc import Mapping


def latest_first[T](
    placed: Mapping[str, T], *, limit: int, after: str | None
) -> tuple[list[T], str | None]:
    """Return one page of a list, and where the rest begins.

    Args:
        placed: place -> what stands there; a place is unique and begins with a time, as text.
        limit: how many at most, > 0.
        after: the place that the page before ended with; None begins.

    Returns:
        What stands at the greatest places left, and the last of those; None where this is all.
    """
    places = sorted((place for place in placed if after is None or place < after), reverse=True)
    page = places[:limit]
    return [placed[place] for place in page], page[-1] if len(places) > limit else None
