"""What models take: boundary pairs, and nothing guessed of a model that merely looks alike."""

import pytest

from shared.domain.advice.model_settings import MODEL_SETTINGS, lower_efforts, settings_of_model


@pytest.mark.parametrize(
    ("model", "temperature", "efforts"),
    [
        ("gpt-4o", True, ()),
        ("gpt-4o-2024-08-06", True, ()),
        ("GPT-4.1-mini", True, ()),
        ("gpt-5-mini-2025-08-07", False, ("minimal", "low", "medium", "high")),
        ("gpt-5.1", False, ("none", "low", "medium", "high")),
        ("o4-mini", False, ("low", "medium", "high")),
        ("gpt-5-pro", False, ("high",)),
    ],
)
def test_a_known_model_takes_what_is_said_of_it(
    model: str, temperature: bool, efforts: tuple[str, ...]
) -> None:
    known = settings_of_model(model)
    assert known is not None
    assert (known.temperature, known.efforts) == (temperature, efforts)


@pytest.mark.parametrize(
    "model", ["gpt-5-chat", "gpt-6", "mini-prod", "llama-3.3-70b", "gpt-55", ""]
)
def test_nothing_is_known_of_others(model: str) -> None:
    assert settings_of_model(model) is None


@pytest.mark.parametrize(
    ("model", "effort", "lower"),
    [
        ("gpt-5", "high", ("medium", "low", "minimal")),
        ("gpt-5", "minimal", ()),
        ("gpt-5", "extreme", ()),
        ("gpt-5-pro", "high", ()),
        ("gpt-4o", "low", ()),
    ],
)
def test_efforts_are_lowered_step_by_step(model: str, effort: str, lower: tuple[str, ...]) -> None:
    known = settings_of_model(model)
    assert known is not None
    assert lower_efforts(known, effort) == lower


def test_a_default_is_one_of_a_models_efforts() -> None:
    for known in MODEL_SETTINGS.values():
        assert known.default_effort in ("", *known.efforts)
        assert not (known.efforts and known.temperature)
