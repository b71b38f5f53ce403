"""Which records, series and documents are of an application."""

import msgspec
import pytest

from shared.domain.erasure.erasure import Erased, ErasureState, parse_erasure
from shared.domain.erasure.matching import kept_rows
from shared.domain.erasure.mentions import mentions
from shared.domain.packing import pack
from shared.domain.record.metric_record import metric_columns
from shared.domain.rollup.measures import Kind
from shared.domain.timeline import micros
from shared.errors import InvalidInput
from tests.domain.factories import MINUTE, T0, columns, metric, request

GONE = "bot"
ORDER = {"application": GONE, "by": "ada"}


def test_requests_go_by_their_application_and_the_time_they_ended() -> None:
    batch = columns(
        request(application=GONE, start_time=T0, duration_ms=60_000.0),
        request(application=GONE, start_time=T0, duration_ms=60_000.001),
        request(application="botany", start_time=T0 - MINUTE),
        request(start_time=T0 - MINUTE),
    )
    end = micros(T0 + MINUTE) + 1
    assert kept_rows(Kind.REQUEST, pack(batch.columns), GONE, end).tolist() == [
        False,
        True,
        True,
        True,
    ]


def test_requests_without_any_application_stay() -> None:
    assert kept_rows(Kind.REQUEST, pack(columns(request()).columns), GONE, micros(T0) * 2).all()


def test_metrics_go_by_the_label_application() -> None:
    batch, _ = metric_columns(
        [
            metric(attributes={"application": GONE, "queue": "q"}),
            metric(attributes={"owner": GONE}),
            metric(attributes={"application": "shop"}),
            metric(),
        ]
    )
    kept = kept_rows(Kind.METRIC, pack(batch.columns), GONE, micros(T0) * 2)
    assert kept.tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"filter": {"application": "bot"}}, True),
        ({"scope": {"model": "m", "application": "bot"}}, True),
        ([{"matchers": {"application": ["shop", "bot"]}}], True),
        ({"where": [["application", "bot"]]}, True),
        ({"filter": {"model": "bot"}}, False),
        ({"filter": {"application": "botany"}, "name": "bot"}, False),
        ({"group_by": ["application"]}, False),
    ],
)
def test_documents_name_an_application_under_its_key(document: object, named: bool) -> None:
    assert mentions(msgspec.json.encode(document), GONE) is named


def test_an_order_waits_until_its_days_are_known_and_runs_until_it_is_finished() -> None:
    waiting = parse_erasure(msgspec.json.encode(ORDER), identity="1", now=T0)
    running = msgspec.structs.replace(waiting, days=())
    done = msgspec.structs.replace(running, finished_at=T0)
    assert [each.state for each in (waiting, running, done)] == list(ErasureState)
    assert (waiting.application, waiting.by, waiting.requested_at) == (GONE, "ada", T0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"application": ""}, "application"),
        ({"application": 7}, "application"),
        ({"application": "__other__"}, "application"),
        ({"application": "a\nb"}, "application"),
        ({"by": None}, "by"),
        ({"comment": "x" * 2_049}, "comment"),
        ({"model": "m"}, "model"),
    ],
)
def test_every_fault_of_an_order_is_named(changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_erasure(msgspec.json.encode(ORDER | changed), identity="1", now=T0)
    assert [fault.path for fault in refused.value.faults] == [field]


def test_what_was_erased_adds_up() -> None:
    both = Erased(requests=1, rollups=2).plus(Erased(requests=3, digests=4))
    assert both == Erased(requests=4, rollups=2, digests=4)
