"""The week in review over HTTP, and its timer."""

from collections.abc import Iterator

import azure.functions as func
import pytest

from shared.adapters.creating_tables import CreatingTables
from shared.adapters.memory import MemoryTables
from shared.adapters.memory_channels import MemoryWebhooks
from shared.adapters.no_telemetry import NoTelemetry
from shared.bootstrap import App, assemble, given_app
from shared.domain.notification.channel import Channel, ChannelType
from shared.errors import InvalidInput
from shared.services.channels import put_channel
from shared.settings import Settings, settings_from
from shared.triggers.weekly import blueprint, get_alerts_of_week
from tests.domain.rule_factories import T0
from tests.triggers.alert_app import as_json, call


def _app(channel: str) -> App:
    settings = Settings(weekly_summary_channel=channel)
    return assemble(settings, CreatingTables(MemoryTables()), NoTelemetry(), lambda: T0)


@pytest.fixture
def parts() -> Iterator[App]:
    with given_app(_app("team")) as made:
        yield made


async def _run_timer() -> None:
    every = func.FunctionApp()
    every.register_functions(blueprint)
    functions = {each.get_function_name(): each for each in every.get_functions()}
    await functions["summarize_week"].get_user_function()(None)


@pytest.mark.parametrize(
    ("end", "start"),
    [(None, "2026-11-16"), ("2026-11-20T12:00:00Z", "2026-11-13"), ("2026-11-20", None)],
)
async def test_any_week_can_be_asked_for(parts: App, end: str | None, start: str | None) -> None:
    asked = call(query={"end": end} if end else {}, now=T0)
    if start is None:
        with pytest.raises(InvalidInput, match="end: "):
            await get_alerts_of_week(asked)
        return
    found = as_json((await get_alerts_of_week(asked)).body)

    assert found["start"] == f"{start}T00:00:00Z"
    assert found["time_range_seconds"] == 7 * 86_400
    assert found["fired"] == found["noisy"] == found["slower"] == found["dearer"] == []
    assert found["data_through"] is None


async def test_the_timer_sends_to_the_channel_that_the_setting_names(parts: App) -> None:
    channel = Channel(name="team", type=ChannelType.SLACK, url="https://hooks.example.com/x")
    await put_channel(channel, documents=parts.documents)

    await _run_timer()
    await _run_timer()

    assert isinstance(parts.channels.webhooks, MemoryWebhooks)
    assert len(parts.channels.webhooks.calls) == 1


async def test_without_a_channel_the_timer_does_nothing() -> None:
    with given_app(_app("")) as parts:
        await _run_timer()

        assert isinstance(parts.channels.webhooks, MemoryWebhooks)
        assert parts.channels.webhooks.calls == []


def test_the_setting_names_the_channel() -> None:
    assert settings_from({"WEEKLY_SUMMARY_CHANNEL": " team "}).weekly_summary_channel == "team"
    assert settings_from({}).weekly_summary_channel == ""
