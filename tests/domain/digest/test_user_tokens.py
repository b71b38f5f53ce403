"""What users used in each price cell, against counting one by one."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given

from shared.domain.digest import user_tokens
from shared.domain.digest.user_tokens import UserCell, cell_text, user_cell
from shared.domain.digest.users import OTHERS, TOP
from shared.domain.label import OTHER
from shared.domain.record.request import RequestRecord
from tests.domain.digest.digest_factories import at, days, digested, lines, place
from tests.domain.factories import T0, columns


def code_of(user: str) -> int:
    return int(columns(at(T0, user=user)).ints("user_hash")[0])


def counted(records: Iterable[RequestRecord]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """Return user, place and cell -> requests and tokens of input, cached input and output."""
    found: dict[tuple[object, ...], Counter[str]] = {}
    for each in records:
        if each.user:
            sent = each.input_tokens or 0
            band = "128k" if sent <= 128_000 else "272k" if sent <= 272_000 else "long"
            status = each.status_code or 0
            refused = status == 429 or (each.error_type == "RateLimitError" and status < 400)
            failed = each.error_type or status >= 400
            outcome = "refused" if refused else "failed" if failed else "ok"
            cell = UserCell(outcome, band, each.service_tier or "", each.model_version or "")
            sums = found.setdefault((code_of(each.user), place(each), cell), Counter())
            cached = min(each.cached_input_tokens or 0, sent)
            sums.update(n=1, sent=sent, cached=cached, made=each.output_tokens or 0)
    return {key: (s["n"], s["sent"], s["cached"], s["made"]) for key, s in found.items()}


@given(days)
def test_tokens_are_those_counted_one_by_one(records: list[RequestRecord]) -> None:
    sections, index = digested(*records)
    names = ("requests", "input", "cached_input", "output")
    found = lines(sections["user_tokens"], index, *names)
    by_cell = {
        (user, where, user_cell(index.cells[cell])): sums
        for (user, where, cell), sums in found.items()
    }
    assert by_cell == counted(records)


def test_tiers_versions_and_bands_are_kept_apart() -> None:
    used = {"user": "ann", "input_tokens": 10}
    records = [
        at(T0, **used),
        at(T0, **used, service_tier="priority"),
        at(T0, **used, model_version="2025-08-07"),
        at(T0, **{**used, "input_tokens": 300_000}),
        at(T0, **used, status_code=429),
    ]
    _, index = digested(*records)
    assert {user_cell(text) for text in index.cells} == {
        UserCell("ok", "128k", "", ""),
        UserCell("ok", "128k", "priority", ""),
        UserCell("ok", "128k", "", "2025-08-07"),
        UserCell("ok", "long", "", ""),
        UserCell("refused", "128k", "", ""),
    }


def test_users_beyond_the_first_fifty_are_summed() -> None:
    records = [at(T0, user=f"u{n}", input_tokens=n + 1) for n in range(TOP + 10)]
    tally = digested(*records)[0]["user_tokens"]
    others = tally.keys["user"] == OTHERS
    assert int((~others).sum()) == TOP
    assert tally.sums["requests"][others].tolist() == [10]
    assert tally.total("input") == sum(range(1, TOP + 11))


def test_beyond_the_bound_the_smallest_users_are_cut_each_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_tokens, "MAX_ROWS", 4)
    records = [at(T0, user=f"u{n}", input_tokens=n + 1) for n in range(6)]
    sections, index = digested(*records)
    named = sections["user_tokens"].keys["user"] != OTHERS
    assert sections["user_tokens"].sums["input"][named].tolist() != []
    assert sorted(sections["user_tokens"].sums["input"][named].tolist()) == [5, 6]
    assert index.short_by_tokens == 4


@pytest.mark.parametrize(
    "cell", [UserCell("ok", "long", "a|b", "v"), UserCell("ok", "128k", "", "")]
)
def test_a_cell_is_read_as_it_was_listed(cell: UserCell) -> None:
    assert user_cell(cell_text(cell)) == cell
    assert user_cell(OTHER) == UserCell()
