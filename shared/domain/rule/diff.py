"""What putting a set of rules changes, rule by rule and field by field."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from shared.domain.rule.rule import AlertRule

# A list of two: what a field was, and what it becomes; null where a kind does not have the field.
type FieldChange = list[Any]


class RulesDiff(msgspec.Struct, frozen=True):
    """What putting a set of rules changes, by name, sorted.

    Attributes:
        created: rules that did not exist.
        updated: rules that were different.
        deleted: rules of their owner's that the set does not name.
        unchanged: rules that were the same.
        changes: updated rule -> field -> [from, to].
    """

    created: list[str]
    updated: list[str]
    deleted: list[str]
    unchanged: list[str]
    changes: dict[str, dict[str, FieldChange]] = {}


def rules_diff(
    known: Mapping[str, AlertRule], wanted: Mapping[str, AlertRule], kept: Collection[str]
) -> RulesDiff:
    """Return what has to change so that the wanted rules are the only ones beside those kept.

    Args:
        known: the rules there are.
        wanted: the rules there are to be.
        kept: rules that stay although the set does not name them.
    """
    both = [name for name in sorted(wanted) if name in known]
    updated = [name for name in both if wanted[name] != known[name]]
    return RulesDiff(
        created=sorted(wanted.keys() - known.keys()),
        updated=updated,
        deleted=sorted(name for name in known if name not in wanted and name not in kept),
        unchanged=[name for name in both if wanted[name] == known[name]],
        changes={name: _changes(known[name], wanted[name]) for name in updated},
    )


def _changes(before: AlertRule, after: AlertRule) -> dict[str, FieldChange]:
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {
        name: [old.get(name), new.get(name)]
        for name in (*old, *(name for name in new if name not in old))
        if old.get(name) != new.get(name)
    }
