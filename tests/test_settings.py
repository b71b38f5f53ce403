"""Settings from the environment."""

import pytest

from shared.errors import InvalidInput
from shared.settings import settings_from


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("", False), ("false", False), ("true", True), (" True ", True), ("FALSE", False)],
)
def test_private_webhooks_are_allowed_by_a_plain_true_only(text: str, allowed: bool) -> None:
    assert settings_from({"ALLOW_PRIVATE_WEBHOOKS": text}).allow_private_webhooks is allowed


@pytest.mark.parametrize("text", ["1", "yes", "truee"])
def test_what_is_neither_true_nor_false_is_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="ALLOW_PRIVATE_WEBHOOKS: expected true or false"):
        settings_from({"ALLOW_PRIVATE_WEBHOOKS": text})


def test_private_webhooks_are_refused_unless_told() -> None:
    assert not settings_from({}).allow_private_webhooks
