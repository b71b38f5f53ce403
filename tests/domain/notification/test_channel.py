"""What is shown of a channel."""

import pytest
from msgspec import UNSET

from shared.domain.notification.channel import Channel, ChannelType, view_of

SLACK = "https://hooks.slack.com/services/T000/B000/XXXX"
FLOW = "https://prod-1.westeurope.logic.azure.com:443/workflows/abc/triggers?sig=k3y"


@pytest.mark.parametrize(
    ("kind", "url", "shown"),
    [
        (ChannelType.SLACK, SLACK, "https://hooks.slack.com/…"),
        (ChannelType.TEAMS, FLOW, "https://prod-1.westeurope.logic.azure.com:443/…"),
        (ChannelType.WEBHOOK, "https://x.example/hook", "https://x.example/hook"),
        (ChannelType.WEBHOOK, "https://x.example/hook?code=k3y", "https://x.example/hook?…"),
        (ChannelType.PAGERDUTY, "https://events.eu.pagerduty.com/v2/enqueue", ...),
    ],
)
def test_a_secret_part_of_a_url_is_never_shown(kind: ChannelType, url: str, shown: str) -> None:
    view = view_of(Channel("ops", kind, url))
    assert view.url == (url if shown is ... else shown)


def test_a_channel_of_settings_shows_their_names() -> None:
    view = view_of(Channel("ops", ChannelType.SLACK, "", "SLACK_URL", "KEY"))
    assert (view.url, view.url_setting, view.secret_setting) == (None, "SLACK_URL", "KEY")


def test_who_stores_a_secret_url_is_advised_not_to() -> None:
    assert "url_setting" in str(view_of(Channel("ops", ChannelType.TEAMS, FLOW)).advice)
    assert view_of(Channel("ops", ChannelType.TEAMS, "", "FLOW_URL")).advice is UNSET
    assert view_of(Channel("ops", ChannelType.WEBHOOK, "https://x.example")).advice is UNSET
