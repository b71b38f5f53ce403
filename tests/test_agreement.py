"""Code, infra, local settings and docs name the same things: a name changed in one place is told.

Each message says what to add where. After a change to infra, `make infra ARGS=--write` renews the
snapshots that are read here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from shared.adapters.tables import FIXED_TABLES
from shared.services.export import GAUGES
from shared.settings import settings_from
from tests.infra.deployment import VARIANTS, app_settings, deployed, one
from tests.test_function_app import INDEX, run_in_process
from tools.infra.compiler import REPOSITORY

RENEW = "then run `make infra ARGS=--write`"

# Read by the host, the worker or the SDK rather than by the app.
PLATFORM = {
    "AzureWebJobsStorage__credential",
    "AZURE_CLIENT_ID",
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY",
    "PYTHON_APPLICATIONINSIGHTS_LOGGER_NAME",
}
# Set in local.settings.json only: what stands for the deployed identity, and for the runtime.
LOCAL_ONLY = {"AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"}
# Known to the app, set by nobody unless asked for: a secret in the vault, other clouds' addresses.
ON_DEMAND = {
    "HASH_KEY",
    "AzureWebJobsStorage__tableServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
}
INGEST = re.compile(r"^v1/(requests|metrics|quality|resources)(/|$)|^otlp/")


class Asked(Mapping[str, str]):
    """An environment without settings that remembers which it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.fixture(scope="module")
def known_settings() -> set[str]:
    asked = Asked()
    settings_from(asked)
    return asked.names


@pytest.fixture(scope="module")
def triggers() -> dict[str, dict[str, Any]]:
    return {name: trigger for name, trigger, _ in run_in_process(INDEX, {})}


def local_settings() -> dict[str, str]:
    text = (REPOSITORY / "local.settings.example.json").read_text()
    return dict(json.loads(text)["Values"])


def documents() -> dict[str, str]:
    files = [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
    return {str(path.relative_to(REPOSITORY)): path.read_text() for path in files}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_fixed_table_is_deployed(variant: str) -> None:
    tables = deployed(variant, "Microsoft.Storage/storageAccounts/tableServices/tables")
    found = {each["name"].rsplit("/", 1)[1] for each in tables}
    assert found == set(FIXED_TABLES), (
        "FIXED_TABLES of shared/adapters/tables.py and `tables` of infra/modules/inventory.bicep "
        f"differ by {found ^ set(FIXED_TABLES)}: make them equal, {RENEW}"
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_queue_is_deployed(variant: str, triggers: dict[str, dict[str, Any]]) -> None:
    read = {each["queueName"] for each in triggers.values() if each["type"] == "queueTrigger"}
    used = read | {f"{name}-poison" for name in read if not name.endswith("-poison")}
    queues = deployed(variant, "Microsoft.Storage/storageAccounts/queueServices/queues")
    found = {each["name"].rsplit("/", 1)[1] for each in queues}
    assert found == used, (
        "queue functions and `queues` of infra/modules/inventory.bicep differ by "
        f"{found ^ used} (each with its -poison): make them equal, {RENEW}"
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_deployed_settings_are_known_and_complete(variant: str, known_settings: set[str]) -> None:
    from_vault = {"HASH_KEY", "PAGER_SECRET"} if variant == "private-network" else set()
    expected = known_settings - LOCAL_ONLY - ON_DEMAND | PLATFORM | from_vault
    found = set(app_settings(variant))
    assert found == expected, (
        "shared/settings.py and `settings` of infra/modules/app.bicep differ by "
        f"{found ^ expected}: set it there (or name it in a list of this file), {RENEW}"
    )


def test_infra_has_the_apps_own_defaults() -> None:
    deployed_as = app_settings("base")
    # Whatever infra refers to at deployment has no default to agree with.
    literal = {name: text for name, text in deployed_as.items() if not text.startswith("[")}
    own = {"AzureWebJobsStorage__accountName", "MONITOR_ENVIRONMENT"}
    given = {name: text for name, text in literal.items() if name not in own}
    assert settings_from(given) == settings_from({})


def test_local_settings_are_known_and_have_the_apps_defaults(known_settings: set[str]) -> None:
    local = local_settings()
    unknown = local.keys() - known_settings - LOCAL_ONLY
    assert not unknown, f"local.settings.example.json: {unknown} is read by nobody"
    given = {name: text for name, text in local.items() if name not in LOCAL_ONLY}
    del given["MONITOR_ENVIRONMENT"]
    assert settings_from(given) == settings_from({})


def test_no_deployed_setting_is_one_of_local_settings_only() -> None:
    assert not app_settings("base").keys() & LOCAL_ONLY


def test_how_long_each_table_keeps_what_it_holds_is_said() -> None:
    kept = documents()["docs/operations.md"].split("## What is kept")[1].split("\n## ")[0]
    missing = sorted(name for name in FIXED_TABLES if f"`{name}`" not in kept)
    assert not missing, f'docs/operations.md, "What is kept": say how long {missing} keep it'


def test_every_setting_is_documented(known_settings: set[str]) -> None:
    every = "\n".join(documents().values())
    missing = sorted(name for name in known_settings if f"`{name}`" not in every)
    assert not missing, f"README.md or docs/deploy.md: describe {missing}"


def test_the_cost_estimate_counts_every_minute_metric_and_timer(
    triggers: dict[str, dict[str, Any]],
) -> None:
    described = documents()["docs/deploy.md"]
    assert f"label sets x 43,200 x {len(GAUGES)} x 424 bytes" in described
    schedules = [each["schedule"] for each in triggers.values() if "schedule" in each]
    minutely = sum(schedule.endswith(" * * * * *") for schedule in schedules)
    hourly = sum(bool(re.fullmatch(r"\d+ \d+ \* \* \* \*", schedule)) for schedule in schedules)
    assert f"({minutely} x 43,200 + {hourly} x 720)" in described


def test_the_runtime_is_the_one_the_project_is_made_for() -> None:
    version = (REPOSITORY / ".python-version").read_text().strip()
    config = one("base", "Microsoft.Web/sites")["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": version}
    assert f'requires-python = ">={version}' in (REPOSITORY / "pyproject.toml").read_text()


def test_an_ingest_key_is_set_on_every_function_that_takes_records_in(
    triggers: dict[str, dict[str, Any]],
) -> None:
    (listed,) = re.findall(r"for function in ([\w ]+); do", documents()["docs/deploy.md"])
    posts = {
        name
        for name, each in triggers.items()
        if each["type"] == "httpTrigger" and "POST" in each["methods"]
    }
    assert set(listed.split()) == {name for name in posts if INGEST.match(triggers[name]["route"])}


def test_documented_routes_exist(triggers: dict[str, dict[str, Any]]) -> None:
    routes = {
        (method, re.sub(r"\{\w+}", "{}", each["route"]))
        for each in triggers.values()
        if each["type"] == "httpTrigger"
        for method in each["methods"]
    }
    mentioned = re.compile(r"`(GET|POST|PUT|DELETE) /api/([\w./{}-]+)")
    for file, text in documents().items():
        for method, path in mentioned.findall(text):
            route = re.sub(r"\{\w+}", "{}", path)
            assert (method, route) in routes, f"{file}: no route {method} /api/{path}"


def test_publishing_says_the_language_which_no_clone_has_written_down() -> None:
    # Core Tools takes it from local.settings.json otherwise, and gives up where there is none.
    calls = [
        line
        for text in documents().values()
        for line in re.findall(r"^func azure functionapp publish.*", text, re.MULTILINE)
    ]
    assert calls
    assert [line for line in calls if "--python" not in line] == []


def test_entra_leaves_alone_only_what_needs_no_function_key(
    triggers: dict[str, dict[str, Any]],
) -> None:
    open_to_all = {
        f"/api/{each['route']}"
        for each in triggers.values()
        if each.get("authLevel") == "ANONYMOUS"
    }
    config = one("entra", "Microsoft.Web/sites/config", "/authsettingsV2")["properties"]
    assert set(config["globalValidation"]["excludedPaths"]) <= open_to_all


def azd_parameters() -> dict[str, tuple[str, str]]:
    """Return parameter -> the variable of azd's environment that holds it, and its default."""
    file = json.loads((REPOSITORY / "infra/main.parameters.json").read_text())["parameters"]
    shape = re.compile(r"\$\{([A-Z_]+)=?(.*)}")
    found = {name: shape.fullmatch(each["value"]) for name, each in file.items()}
    assert all(found.values()), "azd asks for what is missing only where a value is ${VARIABLE}"
    return {name: (each[1], each[2]) for name, each in found.items() if each}


def test_azd_can_set_every_parameter_by_its_own_name() -> None:
    main = (REPOSITORY / "infra/main.bicep").read_text()
    given = azd_parameters()
    assert given.keys() == set(re.findall(r"^param (\w+)", main, re.MULTILINE))
    azds_own = {"environmentName": "AZURE_ENV_NAME", "location": "AZURE_LOCATION"}
    for name, (variable, default) in given.items():
        assert variable == azds_own.get(name, re.sub(r"([A-Z])", r"_\1", name).upper())
        simple = re.search(rf"^param {name} .* = '?([\w]+)'?$", main, re.MULTILINE)
        assert default == (simple[1] if simple else ""), name


def test_an_azd_that_cannot_set_objects_is_refused_and_the_guide_says_so() -> None:
    (version,) = re.findall(r'azd: ">= ([\d.]+)"', (REPOSITORY / "azure.yaml").read_text())
    assert f"azd {version} or newer" in documents()["docs/deploy.md"]


def test_a_parameter_file_of_bicep_is_not_there_for_azd() -> None:
    # It would take the place of the JSON file, and azd would then not ask for what is missing.
    assert not list((REPOSITORY / "infra").glob("*.bicepparam"))
