"""How the local host starts, refuses to start, and ends."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.tools.http_calls import call
from tools.apphost import AppHost, HostOptions
from tools.child import ChildError

TWO_HANDLERS = """
import azure.functions as func

app = func.FunctionApp()


@app.route("good")
async def good(req: func.HttpRequest) -> str:
    return "good"


@app.{decorator}
async def bad({parameter}) -> str:
    return "bad"
"""


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param(
            "import azure.functions\nimport nowhere\n",
            "function_app.py:2: ModuleNotFoundError: No module named 'nowhere'",
            id="missing-module",
        ),
        pytest.param("1 / 0\n", "function_app.py:1: ZeroDivisionError", id="error-at-import"),
        pytest.param("import azure.functions\n", "ValueError: Could not find top level", id="none"),
        pytest.param(
            TWO_HANDLERS.format(decorator="route('x')", parameter="other: func.HttpRequest"),
            "FunctionLoadError: cannot load the bad function",
            id="binding-without-parameter",
        ),
    ],
)
def test_an_app_that_azure_would_refuse_ends_the_host_with_one_line(
    new_app: Path, source: str, line: str
) -> None:
    (new_app / "function_app.py").write_text(source)
    with pytest.raises(ChildError, match="ended with exit code 1") as raised:
        AppHost.start(new_app)
    printed = [text.strip() for text in str(raised.value).splitlines()[1:]]
    assert printed == [printed[0]]
    assert printed[0].startswith(f"host did not start: {line}")


def test_an_app_without_functions_ends_the_host(new_app: Path) -> None:
    (new_app / "function_app.py").write_text(
        "import azure.functions as func\n\napp = func.FunctionApp()\n"
    )
    with pytest.raises(ChildError, match="host did not start: no functions were found"):
        AppHost.start(new_app)


def test_a_missing_host_json_ends_the_host(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match=r"host did not start: host\.json is missing"):
        AppHost.start(tmp_path)


def test_a_taken_port_ends_the_host(web_app: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ChildError, match=f"host did not start: port {port} is in use"):
            AppHost.start(web_app, options=HostOptions(port=port))


@pytest.mark.parametrize(
    ("decorator", "parameter", "reason"),
    [
        pytest.param("route('good')", "req: func.HttpRequest", "already taken", id="same-route"),
        pytest.param("route('admin/x')", "req: func.HttpRequest", "conflicts", id="reserved"),
    ],
)
def test_a_function_in_error_leaves_the_others_running(
    new_app: Path, decorator: str, parameter: str, reason: str
) -> None:
    source = TWO_HANDLERS.format(decorator=decorator, parameter=parameter)
    (new_app / "function_app.py").write_text(source)
    with AppHost.start(new_app) as host:
        answer = call(host.port, "GET", "/api/good")
    assert answer.body == b"good"
    assert "function 'bad' is in error" in host.child.output()
    assert reason in host.child.output()


def test_every_function_is_listed_with_what_starts_it(web_app: Path) -> None:
    with AppHost.start(web_app) as host:
        printed = host.child.output()
    listed = [" ".join(line.split()[3:]) for line in printed.splitlines()]
    assert "report GET /api/models/{model}/report" in listed
    assert f"listening on http://127.0.0.1:{host.port}" in listed


def test_sigterm_lets_a_running_call_end(web_app: Path, tmp_path: Path) -> None:
    with AppHost.start(web_app) as host, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(call, host.port, "GET", f"/api/waits?folder={tmp_path}")
        begun, stopping = (tmp_path / "begun").exists, "stopping"
        host.child.wait_for(lambda: begun() or None, what="the call", timeout_s=30)
        host.child.process.send_signal(signal.SIGTERM)
        host.child.wait_for(
            lambda: stopping in host.child.output() or None, what=stopping, timeout_s=30
        )
        (tmp_path / "go").touch()
        assert answer.result(30).body == b"done"
        assert host.stop() == 0
