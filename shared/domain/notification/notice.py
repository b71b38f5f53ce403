"""A notice: one decision to tell of an alert, kept until it has found its way to channels."""

from datetime import datetime

import msgspec

from shared.domain.alert.alert import Context, Instance
from shared.domain.alert.view import alert_of
from shared.domain.notification.dispatch import Told
from shared.domain.notification.notification import Notice, Occasion, Suppression
from shared.domain.rule.rule import AlertRule


class AlertNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision, with the alert it is about.

    Attributes:
        event_id: of the event that tells Application Insights the same.
        told: what there is to tell.
        suppressed_by: why it should not reach a person; None where it should.
    """

    event_id: str
    told: Told
    suppressed_by: Suppression | None = None


def notice_for_channels(
    rule: AlertRule,
    instance: Instance,
    notice: Notice,
    *,
    event_id: str,
    now: datetime,
    context: Context,
) -> AlertNotice | None:
    """Return what channels have to know of a decision, None where that is nothing.

    A suppressed firing is none of their business. A suppressed end is, if the firing reached a
    person: who waits for it need not wait any longer.

    Args:
        rule: the rule that was applied.
        instance: after the evaluation, with the decision noted.
        notice: the decision.
        event_id: of its event.
        now: the evaluation time, UTC.
        context: what all evaluations share.
    """
    over = notice.occasion is Occasion.RESOLVED
    if not notice.notify and not (over and instance.notified):
        return None
    alert = alert_of(rule, instance, context)
    if alert is None:
        return None
    return AlertNotice(event_id, Told(notice.occasion, now, alert), notice.suppressed_by)
