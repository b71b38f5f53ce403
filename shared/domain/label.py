"""The labels that tell one series from another."""

RESOURCE = "resource"
DEPLOYMENT = "deployment"
MODEL = "model"
MODEL_VERSION = "model_version"
OPERATION = "operation"
APPLICATION = "application"
ENVIRONMENT = "environment"

REQUEST_LABELS = (
    RESOURCE,
    DEPLOYMENT,
    MODEL,
    MODEL_VERSION,
    OPERATION,
    APPLICATION,
    ENVIRONMENT,
)

METRIC_NAME = "__name__"
METRIC_KIND = "__kind__"
METRIC_UNIT = "__unit__"
OTHER = "__other__"

type Labels = tuple[tuple[str, str], ...]
