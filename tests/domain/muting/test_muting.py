"""What silences and inhibitions mute, after Alertmanager's documentation."""

import pytest

from shared.domain.muting.inhibition import Inhibition
from shared.domain.muting.muting import Muting
from shared.domain.muting.silence import Silence
from shared.domain.notification.notification import Suppression
from shared.domain.rule.words import Severity
from tests.domain.rule_factories import MINUTE, T0, firing, rule

_CRITICAL = {"severity": "critical", "model": "gpt-5", "deployment": "chat"}
_INHIBITION = Inhibition(
    name="worse",
    source={"severity": "critical"},
    target={"severity": "warning"},
    equal=("model", "deployment"),
)


def _silence(**matchers: str) -> Silence:
    return Silence(
        id="s", matchers=matchers, starts_at=T0, ends_at=T0 + 2 * MINUTE, by="ada", comment="work"
    )


@pytest.mark.parametrize(
    ("minute", "muted"), [(-1, False), (0, True), (1, True), (2, False)], ids=str
)
def test_a_silence_holds_from_its_start_until_its_end(minute: int, muted: bool) -> None:
    found = Muting([_silence(model="gpt-5")]).at(T0 + minute * MINUTE, []).by(rule(), firing())

    assert found is (Suppression.SILENCE if muted else None)


@pytest.mark.parametrize(
    ("matchers", "muted"),
    [
        ({"model": "gpt-5", "deployment": "chat"}, True),
        ({"model": "gpt-5", "deployment": "other"}, False),
        ({"rule": "slow"}, True),
        ({"severity": "warning"}, True),
        ({"severity": "critical"}, False),
        ({"application": ""}, True),
        ({"application": "bot"}, False),
    ],
    ids=str,
)
def test_every_matcher_has_to_fit(matchers: dict[str, str], muted: bool) -> None:
    found = Muting([_silence(**matchers)]).at(T0, []).by(rule(), firing())

    assert (found is Suppression.SILENCE) is muted


@pytest.mark.parametrize(
    ("firing_labels", "muted"),
    [
        ([_CRITICAL], True),
        ([], False),
        ([{**_CRITICAL, "deployment": "other"}], False),
        ([{**_CRITICAL, "severity": "error"}], False),
        ([{"severity": "critical", "model": "gpt-5"}], False),
        ([{"severity": "error"}, _CRITICAL], True),
    ],
)
def test_a_critical_alert_mutes_the_warning_on_the_same_labels(
    firing_labels: list[dict[str, str]], muted: bool
) -> None:
    found = Muting(inhibitions=[_INHIBITION]).at(T0, firing_labels).by(rule(), firing())

    assert (found is Suppression.INHIBITION) is muted


def test_a_critical_alert_is_not_the_target() -> None:
    muting = Muting(inhibitions=[_INHIBITION]).at(T0, [_CRITICAL])

    assert muting.by(rule(severity=Severity.CRITICAL), firing()) is None


def test_labels_missing_on_both_sides_are_equal() -> None:
    by_team = Inhibition(name="w", source={"severity": "critical"}, target={}, equal=("team",))

    assert by_team.mutes({"severity": "warning"}, [{"severity": "critical"}])


def test_alerts_that_are_source_and_target_do_not_inhibit_each_other() -> None:
    everything = Inhibition(name="w", source={}, target={})

    assert not everything.mutes({"rule": "a"}, [{"rule": "a"}, {"rule": "b"}])


def test_a_silence_is_named_before_an_inhibition() -> None:
    muting = Muting([_silence(model="gpt-5")], [_INHIBITION]).at(T0, [_CRITICAL])

    assert muting.by(rule(), firing()) is Suppression.SILENCE
