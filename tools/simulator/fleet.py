"""The imagined AI applications of the simulator: which deployments they call, how much, how fast.

Every number here is an assumption chosen to look plausible; none was measured. The one anchor is
the median prompt of `mini-prod`, near the 1,469 tokens of the public Azure LLM inference trace 2023
(code). Rates add up to about 230,000 requests a day.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Application:
    """A caller: its name, the team that owns it and the version of its prompt."""

    name: str
    team: str
    prompt_version: str


@dataclass(frozen=True, slots=True)
class TokenShape:
    """How long prompts and answers are; medians in tokens, log-normal around them.

    Attributes:
        input_median: tokens of a prompt.
        output_median: visible tokens of an answer; 0 for embeddings.
        reasoning_median: tokens of hidden reasoning; 0 for models without.
        spread: sigma of the logarithm of each.
        max_tokens: the caller's limit on output, reasoning included; None when it sets none.
    """

    input_median: float
    output_median: float
    reasoning_median: float = 0.0
    spread: float = 0.7
    max_tokens: int | None = 1000


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a deployment answers.

    Attributes:
        base_ms: time to first token of an empty prompt.
        input_tokens_per_s: reading speed of the prompt tokens that no cache holds.
        output_tokens_per_s: writing speed.
    """

    base_ms: float
    input_tokens_per_s: float
    output_tokens_per_s: float


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment and the traffic it gets.

    Attributes:
        name: the deployment.
        model: the model behind it.
        model_version: that model's version.
        resource: the Azure resource it belongs to.
        region: that resource's region.
        environment: prod or staging.
        operation: chat or embeddings.
        applications: who calls it; the first calls most, each next half as much.
        requests_per_minute: mean over a working day.
        tokens: size of prompts and answers.
        speed: how fast it answers.
        stream_share: share of calls that stream, 0..1.
        tpm_quota: its quota in tokens per minute; 0 where it has none.
        reasoning_effort: as the callers set it; None when the model has none.
        kind: the deployment type.
        ptu: provisioned throughput units; None where it is paid by the token.
        priority_share: share of calls that ask for the tier `priority`, 0..1.
    """

    name: str
    model: str
    model_version: str
    resource: str
    region: str
    environment: str
    operation: str
    applications: tuple[Application, ...]
    requests_per_minute: float
    tokens: TokenShape
    speed: Speed
    stream_share: float
    tpm_quota: int
    reasoning_effort: str | None = None
    kind: str = "GlobalStandard"
    ptu: int | None = None
    priority_share: float = 0.0


CHECKOUT = Application("checkout-bot", "web", "7")
SEARCH = Application("search-assist", "search", "3")
ANALYST = Application("analyst-copilot", "insight", "12")
CONTRACTS = Application("contract-review", "legal", "4")
CODE = Application("code-assistant", "devtools", "1")

FLEET: tuple[Deployment, ...] = (
    Deployment(
        "mini-prod", "gpt-5-mini", "2025-08-07", "aoai-west", "westeurope", "prod", "chat",
        (CHECKOUT, SEARCH), 60, TokenShape(1500, 120, 40), Speed(220, 12_000, 170),
        0.7, 1_000_000, "low",
    ),
    Deployment(
        "mini-staging", "gpt-5-mini", "2025-08-07", "aoai-west", "westeurope", "staging", "chat",
        (CHECKOUT,), 14, TokenShape(1500, 110, 40), Speed(230, 12_000, 165),
        0.5, 300_000, "low",
    ),
    Deployment(
        "gpt5-prod", "gpt-5", "2025-08-07", "aoai-west", "westeurope", "prod", "chat",
        (ANALYST, CHECKOUT), 20, TokenShape(2600, 110, 70, max_tokens=2000),
        Speed(450, 9_000, 130), 0.8, 600_000, "low", priority_share=0.1,
    ),
    Deployment(
        "gpt41-legacy", "gpt-4.1", "2025-04-14", "aoai-east", "eastus2", "prod", "chat",
        (CONTRACTS,), 14, TokenShape(2200, 110, max_tokens=800), Speed(380, 12_000, 95),
        0.3, 400_000,
    ),
    Deployment(
        "embed-prod", "text-embedding-3-large", "1", "aoai-east", "eastus2", "prod", "embeddings",
        (SEARCH,), 34, TokenShape(350, 0, max_tokens=None), Speed(45, 20_000, 1),
        0.0, 1_000_000,
    ),
    Deployment(
        "gpt41-ptu", "gpt-4.1", "2025-04-14", "aoai-east", "eastus2", "prod", "chat",
        (CONTRACTS,), 20, TokenShape(2200, 110, max_tokens=800), Speed(300, 15_000, 120),
        0.3, 0, kind="GlobalProvisionedManaged", ptu=15,
    ),
)  # fmt: skip


def deployment_settings(deployment: Deployment, effective_from: datetime) -> dict[str, object]:
    """Return the body that `PUT /api/v1/deployments/{name}` takes to make the quota known."""
    return {
        "model": deployment.model,
        "resource": deployment.resource,
        "region": deployment.region,
        "type": deployment.kind,
        "tpm_quota": deployment.tpm_quota or None,
        "ptu": deployment.ptu,
        "effective_from": effective_from.isoformat().replace("+00:00", "Z"),
    }
