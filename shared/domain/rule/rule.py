"""An alert rule of any kind; all kinds share one lifecycle and differ in their condition."""

import hashlib

import msgspec

from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.burn_rate_rule import BurnRateRule
from shared.domain.rule.threshold import ThresholdRule

AlertRule = ThresholdRule | BaselineRule | BurnRateRule | AbsenceRule | BudgetRule


def condition_digest(rule: AlertRule) -> str:
    """Return a digest of what makes a rule's alerts comparable: measurement and threshold.

    A rule whose digest changes asks another question, so its alerts are resolved; timing,
    severity and texts may change under a firing alert.
    """
    return hashlib.blake2b(msgspec.json.encode(rule.question), digest_size=12).hexdigest()
