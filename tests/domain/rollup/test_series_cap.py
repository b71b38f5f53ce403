"""Series beyond the cap are folded in order, for good, and totals stay exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import label
from shared.domain.label import Labels
from shared.domain.rollup.measures import Kind
from shared.domain.rollup.rollup import aggregate
from shared.domain.rollup.series_cap import FOLDED_RESERVE, admit, is_folded, with_overflow
from tests.domain.factories import content, metric_rollup, request, rollup
from tests.domain.factories import metric as metric_record


def series(**labels: str) -> Labels:
    return tuple(sorted(({"model": "m", "deployment": "d"} | labels).items()))


def numbered(first: int, end: int, **labels: str) -> list[Labels]:
    return [series(deployment=f"d{n:05}", **labels) for n in range(first, end)]


def test_series_up_to_the_cap_are_kept_as_they_are() -> None:
    wanted = numbered(0, 10)
    kept, added = admit(Kind.REQUEST, wanted, [], limit=10)
    assert kept == {each: each for each in wanted}
    assert added == wanted


def test_beyond_the_cap_tags_go_first() -> None:
    kept, added = admit(Kind.REQUEST, [series(team="web")], numbered(0, 10), limit=10)
    assert kept == {series(team="web"): series(team="__other__")}
    assert added == [series(team="__other__")]


def test_series_without_tags_or_application_have_no_more_room_than_others() -> None:
    kept, added = admit(Kind.REQUEST, numbered(0, 14), [], limit=10)
    assert [each for each in added if not is_folded(each)] == numbered(0, 10)
    assert {kept[each] for each in numbered(10, 14)} == {
        (("deployment", "__other__"), ("model", "m"))
    }


@pytest.mark.parametrize(
    ("admitted", "expected"),
    [
        pytest.param(0, {"application": "bot", "team": "__other__"}, id="tags"),
        pytest.param(
            FOLDED_RESERVE // 3, {"application": "__other__", "team": "__other__"}, id="application"
        ),
    ],
)
def test_what_goes_next_depends_on_the_room_left(admitted: int, expected: dict[str, str]) -> None:
    known = numbered(0, 10 + admitted)
    wanted = series(application="bot", team="web")
    assert admit(Kind.REQUEST, [wanted], known, limit=10)[0][wanted] == series(**expected)


def test_then_only_the_model_is_left() -> None:
    known = numbered(0, 10 + 2 * FOLDED_RESERVE // 3)
    kept, _ = admit(Kind.REQUEST, [series()], known, limit=10)
    assert kept[series()] == (("deployment", "__other__"), ("model", "m"))


def test_last_of_all_everything_is_one_series() -> None:
    known = numbered(0, 10 + FOLDED_RESERVE)
    kept, added = admit(Kind.REQUEST, numbered(600, 603), known, limit=10)
    assert set(kept.values()) == {(("model", "__other__"),)}
    assert len(added) == 1


def test_a_metric_gives_up_its_attributes() -> None:
    wanted = (("__kind__", "gauge"), ("__name__", "q"), ("__unit__", "1"), ("host", "h"))
    kept, _ = admit(Kind.METRIC, [wanted], numbered(0, 10), limit=10)
    assert dict(kept[wanted]) == dict(wanted) | {"host": "__other__"}


deployments = st.sampled_from([f"d{n}" for n in range(12)])
label_sets = st.builds(
    series,
    deployment=deployments,
    model=st.sampled_from("mn"),
    application=st.sampled_from("abc"),
    team=st.sampled_from("xyz"),
) | st.builds(series, deployment=deployments)


@given(st.lists(st.lists(label_sets, max_size=20), max_size=5), st.integers(0, 12))
def test_a_series_is_folded_the_same_way_whenever_it_is_computed_again(
    arrivals: list[list[Labels]], limit: int
) -> None:
    catalogue: list[Labels] = []
    decided: dict[Labels, Labels] = {}
    for wanted in arrivals:
        kept, added = admit(Kind.REQUEST, wanted, catalogue, limit=limit)
        catalogue += added
        assert all(decided.setdefault(each, kept[each]) == kept[each] for each in wanted)
        again, nothing = admit(Kind.REQUEST, list(decided), catalogue, limit=limit)
        assert again == decided
        assert nothing == []
    assert len(catalogue) == len(set(catalogue)) <= limit + FOLDED_RESERVE + 1
    assert sum(not is_folded(each) for each in catalogue) <= limit


@given(st.lists(label_sets, max_size=30), st.integers(0, 12))
def test_what_is_kept_is_admitted_once_more_as_it_is(wanted: list[Labels], limit: int) -> None:
    kept, added = admit(Kind.REQUEST, wanted, [], limit=limit)
    folded = list(kept.values())
    assert admit(Kind.REQUEST, folded, added, limit=limit) == ({each: each for each in folded}, [])


def test_totals_stay_exact_and_overflow_counts_what_was_folded() -> None:
    records = [
        request(deployment=f"d{n}", duration_ms=n, tags={"team": f"t{n % 3}"}) for n in range(9)
    ]
    whole = rollup(*records, tags=("team",))
    kept, _ = admit(Kind.REQUEST, whole.labels, [], limit=4)
    capped = with_overflow(whole, kept)
    assert capped.ints("overflow").sum() == 5
    everything = [
        aggregate([each], each.measures, key=lambda labels: ()) for each in (whole, capped)
    ]
    for each in everything:
        each.dense.pop("overflow")
    assert content(everything[0]) == content(everything[1])


def test_nothing_folded_leaves_a_rollup_as_it_is() -> None:
    whole = metric_rollup(metric_record())
    assert with_overflow(whole, {each: each for each in whole.labels}) is whole
    assert not is_folded(whole.labels[0])
    assert is_folded((("x", label.OTHER),))
