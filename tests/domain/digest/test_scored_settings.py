"""Scores by value of a setting, against looking each one up."""

from shared.domain.digest import scored_settings
from shared.domain.digest.day import DayDigest, index_of, sections_of
from shared.domain.digest.scored_settings import SUMS
from shared.domain.digest.setting_lines import value_text
from shared.domain.digest.settings import OTHER, Setting
from shared.domain.digest.tally import Tally
from shared.domain.record.metric_record import metric_columns
from tests.domain.digest.digest_factories import at, buckets_of, digest_day
from tests.domain.factories import T0, ints, metric


def test_scores_are_summed_by_the_settings_of_their_request() -> None:
    digest = DayDigest()
    scores = [
        metric(name="model_quality_tone", value=value, request_id=f"r{n}")
        for n, value in enumerate((0.5, 0.75, 1.0))
    ]
    digest.add_scores([metric_columns(scores)[0]])
    requests = [
        at(T0, request_id=f"r{n}", reasoning_effort=effort, temperature=temperature)
        for n, (effort, temperature) in enumerate((("low", None), ("low", 0.2), ("high", 0.2)))
    ]
    blocks = digest_day(digest, buckets_of(requests))
    found, index = sections_of(blocks)["scored_settings"], index_of(blocks)
    columns = zip(
        found.keys["setting"].tolist(),
        found.keys["value"].tolist(),
        *(found.sums[name].tolist() for name in SUMS),
        strict=True,
    )
    assert {
        (Setting(setting), value_text(Setting(setting), value, index)): tuple(sums)
        for setting, value, *sums in columns
    } == {
        (Setting.REASONING_EFFORT, "low"): (2, 1_250_000, 250_000 + 562_500),
        (Setting.REASONING_EFFORT, "high"): (1, 1_000_000, 1_000_000),
        (Setting.TEMPERATURE, "none"): (1, 500_000, 250_000),
        (Setting.TEMPERATURE, "0.2"): (2, 1_750_000, 562_500 + 1_000_000),
    }


def test_values_past_the_bound_are_other() -> None:
    size = scored_settings.TOP + 2
    counts = ints(*range(1, size + 1))
    keys = {
        "series": counts * 0,
        "setting": counts * 0 + Setting.TEMPERATURE,
        "value": ints(*range(size)),
        "score": counts * 0,
    }
    cut = scored_settings.bounded(Tally(keys, dict.fromkeys(SUMS, counts)))
    assert cut.keys["value"].tolist() == [OTHER, *range(2, size)]
    assert cut.sums["n"].tolist() == [1 + 2, *range(3, size + 1)]
