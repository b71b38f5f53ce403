"""Pages of a list: each goes on from where the one before it ended."""

from collections.abc import Callable, Iterable, Mapping


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


def by_name[T](
    items: Iterable[T], name: Callable[[T], str], *, limit: int, after: str | None
) -> tuple[list[T], str | None]:
    """Return one page of a list in order of names, and where the rest begins.

    Args:
        items: what is listed.
        name: of an item, unique.
        limit: how many at most, > 0.
        after: the name that the page before ended with; None begins.

    Returns:
        What goes by the least names left, and the last of those; None where this is all.
    """
    found = sorted((each for each in items if name(each) > (after or "")), key=name)
    page = found[:limit]
    return page, name(page[-1]) if len(found) > limit else None
