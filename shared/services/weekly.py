"""The week in review: answered at any time, and sent to one channel once a week.

The cursor `summarized_through` stands at the end of the week sent last. A run claims the week
before it sends, so that two at once send one message; a claim is void after 10 minutes, so that a
run that broke off is made up for by the next.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from shared.domain.alert.view import Alert, Stage
from shared.domain.identity import identity_of
from shared.domain.notification.channel_payload.summary import Summary, summary_body
from shared.domain.span import Span
from shared.domain.timeline import minute_of, parse_rfc3339, rfc3339
from shared.domain.weekly.models import ModelWeek
from shared.domain.weekly.text import sections_of, title_of_week
from shared.domain.weekly.weekly import WEEK_M, Weekly, week_ending, weekly_of
from shared.errors import Stale, Unavailable
from shared.services.alert_showing import shown_alerts
from shared.services.alerts import AlertPorts, list_alerts
from shared.services.channel_calls import target_of
from shared.services.channel_ports import ChannelPorts
from shared.services.channels import get_channel
from shared.services.ports import Cursor, Cursors
from shared.services.reading import ReadPorts
from shared.services.recommendation_store import load_recommendations
from shared.services.report import list_models
from shared.services.rollup import COMPLETE_THROUGH

SUMMARIZED_THROUGH = "summarized_through"
CLAIM = timedelta(minutes=10)
_EVERY = 1_000_000


class Outcome(StrEnum):
    """What came of a run."""

    SENT = "sent"
    DONE_BEFORE = "done_before"
    ELSEWHERE = "elsewhere"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WeeklyPorts:
    """What the week in review is made from.

    Attributes:
        alerts: which fired.
        channels: what people were told, and where the review goes.
        reading: rollups.
        cursors: how far rollups are, and which week was sent.
    """

    alerts: AlertPorts
    channels: ChannelPorts
    reading: ReadPorts
    cursors: Cursors


async def weekly_summary(span: Span, *, now: datetime, ports: WeeklyPorts) -> Weekly:
    """Return the review of a week.

    Args:
        span: seven whole days.
        now: the clock, UTC.
        ports: where from.
    """
    complete = await ports.cursors.read(COMPLETE_THROUGH)
    return weekly_of(
        span,
        await _alerts(span, now, ports),
        await _models(Span(span.first - WEEK_M, span.first), ports.reading),
        await _models(span, ports.reading),
        await load_recommendations(ports.channels.documents),
        data_through=complete.minute if complete else None,
    )


async def send_weekly(channel_name: str, *, now: datetime, ports: WeeklyPorts) -> Outcome:
    """Send the review of the last seven whole days to a channel, once.

    Args:
        channel_name: of a webhook, Slack or Teams channel.
        now: the clock, UTC.
        ports: where from, and where to.

    Raises:
        NotFound: there is no such channel.
        InvalidInput: the channel takes no summaries, or one of its settings is missing.
        Unavailable: the receiver did not take it; running again is safe.
    """
    span = week_ending(minute_of(now))
    stored = await ports.cursors.read(SUMMARIZED_THROUGH)
    if stored is not None and stored.minute >= span.end:
        return Outcome.DONE_BEFORE
    channel = await get_channel(channel_name, documents=ports.channels.documents)
    if not channel.enabled:
        return Outcome.DISABLED
    target = target_of(channel, ports.channels.secret, allow_private=ports.channels.allow_private)
    summary = await _summary(span, channel_name, now, ports)
    call = target.call(summary_body(channel.type, summary), summary.summary_id, now)
    if not await _claimed(stored, now, ports.cursors):
        return Outcome.ELSEWHERE
    reply = await ports.channels.webhooks.post(call)
    if not reply.sent:
        await _move(stored.minute if stored else 0, ports.cursors)
        problem = target.hidden(reply.error) or f"answered {reply.status}"
        raise Unavailable(f"channel {channel_name} did not take the weekly summary: {problem}")
    await _move(span.end, ports.cursors)
    return Outcome.SENT


async def _summary(span: Span, channel_name: str, now: datetime, ports: WeeklyPorts) -> Summary:
    weekly = await weekly_summary(span, now=now, ports=ports)
    environment = ports.channels.environment
    identity = identity_of("weekly", environment, weekly.end, channel_name)
    return Summary(identity, title_of_week(weekly, environment), sections_of(weekly), weekly)


async def _claimed(stored: Cursor | None, now: datetime, cursors: Cursors) -> bool:
    since = stored.notes.get("claimed_at") if stored else None
    if since is not None and now - parse_rfc3339(since) < CLAIM:
        return False
    minute, etag = (stored.minute, stored.etag) if stored else (0, None)
    try:
        await cursors.write(SUMMARIZED_THROUGH, Cursor(minute, {"claimed_at": rfc3339(now)}, etag))
    except Stale:
        return False
    return True


async def _move(minute: int, cursors: Cursors) -> None:
    """Set the cursor and give up the claim."""
    claim = await cursors.read(SUMMARIZED_THROUGH)
    await cursors.write(SUMMARIZED_THROUGH, Cursor(minute, {}, claim.etag if claim else None))


async def _alerts(span: Span, now: datetime, ports: WeeklyPorts) -> list[Alert]:
    since = Span(span.first, max(minute_of(now) + 1, span.end))
    page = await list_alerts(
        [Stage.FIRING, Stage.RESOLVED], since, limit=_EVERY, after=None, ports=ports.alerts
    )
    return await shown_alerts(
        page.alerts,
        now=now,
        documents=ports.channels.documents,
        dispatches=ports.channels.dispatches,
    )


async def _models(span: Span, reading: ReadPorts) -> list[ModelWeek]:
    return [
        ModelWeek(
            line["model"],
            line["total_requests"],
            line["error_rate"],
            line["p95_response_time_ms"],
            line["total_tokens"],
            None if line["cost_usd"] is None else Decimal(line["cost_usd"]),
            line["unpriced_requests"],
        )
        for line in (await list_models(span, ports=reading))["models"]
    ]
