"""A row names its 20 largest words; the rest is one sum."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rollup.term_cap import MAX_TERMS, capped_terms
from tests.domain.factories import MINUTE, T0, content, request, rollup, terms_by_row


def failures(*words: str, minute: int = 0) -> list[object]:
    at = T0 + minute * MINUTE
    return [request(error_type=word, finish_reason=word, start_time=at) for word in words]


def plain(words: list[str]) -> dict[str, int]:
    counts = Counter(words)
    own = sorted((-n, word) for word, n in counts.items() if word != "__other__")
    kept = {word: -n for n, word in own[:MAX_TERMS]}
    rest = sum(counts.values()) - sum(kept.values())
    return kept | ({"__other__": rest} if rest else {})


word = st.integers(0, 40).map("w{:02}".format) | st.just("__other__")


@given(st.lists(st.lists(word, min_size=1, max_size=60), min_size=1, max_size=2))
def test_each_row_keeps_its_largest_words(drawn: list[list[str]]) -> None:
    records = [each for at, words in enumerate(drawn) for each in failures(*words, minute=at)]
    capped = capped_terms(rollup(*records))
    for measure in ("error_type", "finish_reason"):
        assert terms_by_row(capped, measure) == [plain(words) for words in drawn]
        assert capped.terms[measure] == sorted({each for words in drawn for each in plain(words)})


@given(st.lists(word, min_size=1, max_size=60))
def test_capping_twice_changes_nothing(words: list[str]) -> None:
    once = capped_terms(rollup(*failures(*words)))
    assert content(capped_terms(once)) == content(once)


def test_words_of_equal_size_go_in_order_of_the_alphabet() -> None:
    words = [f"w{n:02}" for n in range(22)]
    capped = capped_terms(rollup(*failures(*reversed(words))))
    assert terms_by_row(capped, "error_type") == [dict.fromkeys(words[:20], 1) | {"__other__": 2}]


def test_20_words_are_left_alone_and_classes_always() -> None:
    whole = rollup(*failures(*(f"w{n}" for n in range(20))))
    capped = capped_terms(whole)
    assert content(capped) == content(whole)
    many = rollup(*failures(*(f"w{n}" for n in range(30))))
    assert terms_by_row(capped_terms(many), "error_class") == [{"server": 30}]


def test_a_row_with_few_words_keeps_them_beside_one_with_many() -> None:
    many = failures(*(f"w{n:02}" for n in range(30)))
    capped = capped_terms(rollup(*many, *failures("w29", minute=1)))
    assert terms_by_row(capped, "error_type")[1] == {"w29": 1}
    assert terms_by_row(capped, "error_type")[0]["__other__"] == 10


def test_tiers_beyond_the_20_largest_are_one_tier() -> None:
    records = [
        request(service_tier=f"t{n:02}", input_tokens=100 - n, output_tokens=1) for n in range(23)
    ]
    capped = capped_terms(rollup(*records))
    cells = terms_by_row(capped, "tokens")[0]
    assert cells["input|ok|128k|t19"] == 81
    assert "input|ok|128k|t20" not in cells
    assert cells["input|ok|128k|__other__"] == 80 + 79 + 78
    assert cells["output|ok|128k|__other__"] == 3
    assert sum(cells.values()) == sum(terms_by_row(rollup(*records), "tokens")[0].values())


@pytest.mark.parametrize("measure", ["error_type", "finish_reason", "tokens"])
def test_the_rollup_given_is_not_changed(measure: str) -> None:
    whole = rollup(
        *(
            request(error_type=f"w{n}", finish_reason=f"w{n}", service_tier=f"w{n}", input_tokens=1)
            for n in range(30)
        )
    )
    before = content(whole)
    assert len(capped_terms(whole).terms[measure]) == 21
    assert content(whole) == before
