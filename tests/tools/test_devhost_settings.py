"""App settings and host.json as the local host reads them."""

from pathlib import Path

import pytest

from tools.devhost.app_settings import is_disabled, load_local_settings, resolve
from tools.devhost.errors import FunctionError, HostError
from tools.devhost.host_json import load_host_json


def test_local_settings_fill_in_what_the_environment_lacks(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"A": "file", "B": "file"}}')
    environ = {"A": "environment"}
    load_local_settings(tmp_path, environ)
    assert environ == {"A": "environment", "B": "file"}


def test_an_app_without_local_settings_runs_on_the_environment(tmp_path: Path) -> None:
    environ = {"A": "environment"}
    load_local_settings(tmp_path, environ)
    assert environ == {"A": "environment"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("{", "local.settings.json", id="no-json"),
        pytest.param('{"Values": {"A": 5}}', "Expected `str`", id="a-number"),
        pytest.param('{"IsEncrypted": true}', "encrypted", id="encrypted"),
    ],
)
def test_unreadable_local_settings_stop_the_host(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(HostError, match=reason):
        load_local_settings(tmp_path, {})


def test_a_reference_is_replaced_by_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE", "work")
    assert resolve("%QUEUE%-items") == "work-items"


def test_a_reference_to_no_setting_is_refused() -> None:
    with pytest.raises(FunctionError, match="%NO_SUCH_SETTING%"):
        resolve("%NO_SUCH_SETTING%")


@pytest.mark.parametrize("name", ["AzureWebJobs.tick.Disabled", "AzureWebJobs_tick_Disabled"])
def test_a_setting_disables_a_function(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "True")
    assert is_disabled("tick")
    assert not is_disabled("tock")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(None, "is missing", id="missing"),
        pytest.param("{", "host.json", id="no-json"),
        pytest.param("{}", 'expected "version": "2.0"', id="no-version"),
        pytest.param('{"version": "1.0"}', 'got "1.0"', id="old-version"),
        pytest.param(
            '{"version": "2.0", "extensions": {"queues": {"batchSize": "16"}}}',
            r"\$.extensions.queues.batchSize",
            id="wrong-type",
        ),
        pytest.param(
            '{"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "30"}}}',
            "hh:mm:ss",
            id="no-time-span",
        ),
    ],
)
def test_a_bad_host_json_stops_the_host(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is not None:
        (tmp_path / "host.json").write_text(text)
    with pytest.raises(HostError, match=reason):
        load_host_json(tmp_path)


def test_queues_follow_the_documented_defaults(new_app: Path) -> None:
    queues = load_host_json(new_app).extensions.queues
    assert (queues.batch_size, queues.threshold, queues.max_dequeue_count) == (16, 8, 5)
    assert (queues.longest_pause_s, queues.retry_after_s, queues.is_base64) == (2.0, 0, True)
