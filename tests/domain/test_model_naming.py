"""Models in place of deployments' names: chunks and rollups agree, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.model_naming import model_served, named, named_batch
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.requests import rollup_requests
from shared.domain.timeline import minute_of
from tests.domain.factories import T0, columns, content, request, rollup

NAMES = ("gpt-5", "gpt-5-mini", "chat", "chat-2", "spill")
NAMED = st.sampled_from(NAMES)
REQUESTS = st.lists(
    st.builds(
        request,
        model=NAMED,
        deployment=st.none() | NAMED,
        deployment_served=st.none() | NAMED,
        resource=st.sampled_from((None, "west", "east")),
        input_tokens=st.integers(0, 100),
    ),
    min_size=1,
    max_size=12,
)
CONFIGS = st.lists(
    st.tuples(
        NAMED,
        st.builds(
            DeploymentConfig,
            model=st.none() | NAMED,
            resource=st.sampled_from(("", "west", "east")),
            spillover_to=st.none() | NAMED,
        ),
    ),
    max_size=6,
)


@given(REQUESTS, CONFIGS)
def test_it_does_not_matter_whether_chunks_or_rollups_are_named(
    records: list[RequestRecord], configs: list[tuple[str, DeploymentConfig]]
) -> None:
    book = quota_book(configs)
    batch = columns(*records)
    early = rollup_requests(named_batch(batch, book, minute_of(T0)), ())
    (late,) = named([rollup(*records)], book)
    assert content(early) == content(late)
    assert late.ints("n").sum() == len(records)


@given(REQUESTS)
def test_without_a_configuration_nothing_changes(records: list[RequestRecord]) -> None:
    batch, whole = columns(*records), rollup(*records)
    assert named_batch(batch, quota_book([]), minute_of(T0)) is batch
    assert named([whole], quota_book([]))[0] is whole


def test_a_model_that_is_told_is_left_alone() -> None:
    book = quota_book([("chat", DeploymentConfig(model="gpt-5"))])
    asked = {"resource": "", "deployment": "chat", "at": T0}
    assert model_served(book, model="chat", **asked) == "gpt-5"
    assert model_served(book, model="gpt-5-mini", **asked) == "gpt-5-mini"
