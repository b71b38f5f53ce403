"""What a set of rules changes, by rule and by field."""

from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.diff import rules_diff
from shared.domain.rule.rule import AlertRule
from tests.domain.rule_factories import rule


def _named(*rules: AlertRule) -> dict[str, AlertRule]:
    return {each.name: each for each in rules}


def test_each_rule_is_created_updated_deleted_or_unchanged() -> None:
    known = _named(*(rule(name=name) for name in ("gone", "kept", "other", "same")))
    wanted = _named(rule(name="same"), rule(name="other", threshold=6.0), rule(name="added"))

    diff = rules_diff(known, wanted, kept=["kept"])

    assert (diff.created, diff.updated) == (["added"], ["other"])
    assert (diff.deleted, diff.unchanged) == (["gone"], ["same"])
    assert diff.changes == {"other": {"threshold": [5.0, 6.0]}}


def test_a_change_names_every_field_that_differs_as_json_shows_it() -> None:
    before = rule(filter={"model": "a"})
    after = rule(filter={"model": "b"}, group_by=("model",), for_s=60)

    diff = rules_diff(_named(before), _named(after), kept=())

    assert diff.changes["slow"] == {
        "for_s": [0, 60],
        "group_by": [(), ("model",)],
        "filter": [{"model": "a"}, {"model": "b"}],
    }


def test_fields_that_another_kind_does_not_have_become_null() -> None:
    diff = rules_diff(_named(rule()), _named(AbsenceRule(name="slow", metric="latency")), kept=())

    changes = diff.changes["slow"]
    assert changes["kind"] == ["threshold", "absence"]
    assert changes["threshold"] == [5.0, None]
    assert changes["forget_after_s"] == [None, 86_400]
    assert "metric" not in changes
