"""What a channel's test sends."""

from shared.domain.notification.notification import Occasion
from shared.domain.notification.sample_dispatch import sample_dispatch, sample_end
from shared.domain.rule.words import Severity
from tests.domain.rule_factories import T0


def test_a_test_says_that_it_is_one() -> None:
    (told,) = sample_dispatch("ops", T0, environment="test").told
    assert told.occasion is Occasion.FIRING
    assert told.alert.message == "This is a test of channel ops. Nothing is wrong."
    assert told.alert.labels["test"] == "true"
    assert told.alert.severity is Severity.INFO


def test_the_end_is_that_of_the_same_alert() -> None:
    begun, ended = (each("ops", T0, environment="test") for each in (sample_dispatch, sample_end))
    assert ended.told[0].occasion is Occasion.RESOLVED
    assert ended.told[0].alert.alert_id == begun.told[0].alert.alert_id
    assert ended.dispatch_id != begun.dispatch_id
