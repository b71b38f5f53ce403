"""A digest without an application: what others did is as if they had been alone."""

from hypothesis import given
from msgspec.structs import replace

from shared.domain.digest.day import (
    ANSWERS,
    PREFIXES,
    SECTIONS,
    DayDigest,
    index_of,
    sections_of,
)
from shared.domain.erasure.digest import digest_without
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import at, buckets_of, days, digest_day, lines

GONE = "shop"
# What an application did is in these whoever else there was; the others depend on each other.
_APART = ("outputs", "settings", "durations", "users", "user_tokens")


def _digest(records: list[RequestRecord]) -> dict[str, bytes]:
    return digest_day(DayDigest(), buckets_of(records))


def _without(records: list[RequestRecord], *, is_last: bool = False) -> dict[str, bytes] | None:
    return digest_without(_digest(records), GONE, is_last=is_last)


def _lines(blocks: dict[str, bytes], name: str) -> object:
    index, tally = index_of(blocks), sections_of(blocks)[name].estimated()
    found = lines(tally, index, *SECTIONS[name].SUMS)
    if name == "settings":
        # A prompt version or an effort is a place in the day's list, whose order differs.
        return sorted((key[:3], sums) for key, sums in found.items())
    if name == "user_tokens":
        return {(*key[:2], index.cells[key[2]]): sums for key, sums in found.items()}
    return found


@given(days)
def test_what_is_left_is_what_others_alone_would_have_left(records: list[RequestRecord]) -> None:
    records = [replace(each, request_id=None) for each in records]
    others = [each for each in records if each.application != GONE]
    left = _without(records)
    if len(others) == len(records):
        assert left is None
        return
    assert left is not None
    assert index_of(left).requests == len(others)
    assert all(place[3] != GONE for place in index_of(left).places)
    if others:
        alone = _digest(others)
        for name in _APART:
            assert _lines(left, name) == _lines(alone, name), name
    else:
        assert all(len(tally) == 0 for tally in sections_of(left).values())


def test_a_deployments_load_stays_whole_while_others_use_it() -> None:
    shared = [at(application=GONE, input_tokens=10), at(input_tokens=1)]
    own = at(application=GONE, deployment="theirs", input_tokens=100)

    left = _without([*shared, own])

    assert left is not None
    load = sections_of(left)["load"]
    assert (load.total("requests"), load.total("uncached_input")) == (2, 11)


def test_prompt_versions_that_nobody_else_had_are_forgotten() -> None:
    theirs = at(application=GONE, prompt_version="their-v1")

    left = _without([theirs, at(prompt_version="v2")])

    assert left is not None
    assert index_of(left).versions == ["__erased_0__", "v2"]


def test_prompts_seen_last_go_where_no_later_day_can_ask_for_them() -> None:
    records = [at(application=GONE, prompt_hash="p", prefix_hash="q"), at()]

    kept, last = _without(records), _without(records, is_last=True)

    assert kept is not None
    assert last is not None
    assert {ANSWERS, PREFIXES} <= kept.keys()
    assert not {ANSWERS, PREFIXES} & last.keys()
    assert kept.keys() - {ANSWERS, PREFIXES} == last.keys()


def test_a_digest_from_before_it_told_who_used_what_where_loses_its_users() -> None:
    blocks = _digest([at(application=GONE, user="ann"), at(user="bob")])
    del blocks["user_tokens"]

    left = digest_without(blocks, GONE, is_last=False)

    assert left is not None
    assert len(sections_of(left)["users"]) == 0
    assert "user_tokens" not in left
