"""Reads the free-text names of Azure's token meters, as `gpt-4o-mini-0718-Inp-glbl Tokens`.

A name says, in words whose spelling varies, the model, what is counted (input, cached input, cache
write, output), how the deployment is sold (global, data zone, regional; batch; priority) and the
band of context. Words that are no such thing are the model's. A name that says something else, as
fine-tuning or pages, is no token price of a deployment.
"""

import re
from dataclasses import dataclass

from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Billing, Geography, Offer, Tier

PTU_METERS = {
    "Provisioned Managed Global Unit": Geography.GLOBAL,
    "Provisioned Managed Data Zone Unit": Geography.DATA_ZONE,
    "Provisioned Managed Regional Unit": Geography.REGIONAL,
}
"""The meters of provisioned throughput, whatever the model."""

_GEOGRAPHIES = {
    Geography.GLOBAL: ("glbl", "glb", "gl", "global"),
    Geography.DATA_ZONE: ("dz", "dzone", "dzn", "datazone"),
    Geography.REGIONAL: ("regnl", "regional", "rgnl", "regn", "rg"),
}
_GEOGRAPHY_OF = {word: place for place, words in _GEOGRAPHIES.items() for word in words}
_INPUT = ("inp", "inpt", "in", "input")
_OUTPUT = ("opt", "outp", "outpt", "out", "output")
_CACHED = ("cd", "cchd", "ccchd", "cached")
_WRITE = ("wr", "write")
_PLAIN = ("std", "txt", "shortco", "tokens", "token", "1m", "1k", "az")
# Words of meters that price something else.
_OTHER = (
    *("ft", "rft", "finetuned", "fine", "trng", "training", "hosting", "hstng", "grader", "grdr"),
    *("dev", "tkn", "model", "mdl", "mdel"),
    *("aud", "audio", "img", "image", "rt", "realtime", "realtimeprvw", "tts", "transcribe"),
    *("provisioned", "assistants", "code-interpreter", "search", "calls", "session", "pages"),
)
_GLUED = re.compile(r"(batch)(inp|outp)|(mini)(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a token meter is about.

    Attributes:
        model: its words, lower case, joined by hyphens, as `gpt-4o-mini-0718`.
        meter: what is counted.
        offer: how the deployment is sold.
        long: whether it is of long context.
        bound_unknown: whether it is of a longer context whose bound the name does not tell.
    """

    model: str
    meter: Meter
    offer: Offer
    long: bool = False
    bound_unknown: bool = False


def read_meter(name: str) -> MeterReading | None:
    """Return what a meter is about; None where it is no token price of a deployment."""
    spaced = re.sub("data[ -]?zone", "datazone", name, flags=re.IGNORECASE)
    spaced = _GLUED.sub(lambda found: " ".join(filter(None, found.groups())), spaced)
    words = [word for word in re.split(r"[\s_-]+", spaced.lower()) if word]
    if any(word in _OTHER for word in words):
        return None
    places = [_GEOGRAPHY_OF[word] for word in words if word in _GEOGRAPHY_OF]
    if len(set(places)) != 1:
        return None
    meter = _meter(words)
    if meter is None:
        return None
    tier = Tier.PRIORITY if "pp" in words else Tier.STANDARD
    billing = Billing.BATCH if "batch" in words else Billing.STANDARD
    rest = [word for word in words if word not in _SAID]
    return MeterReading(
        "-".join(rest),
        meter,
        Offer(places[0], billing, tier),
        long="longco" in words,
        bound_unknown="l" in words,
    )


_SAID = {
    *_GEOGRAPHY_OF,
    *_INPUT,
    *_OUTPUT,
    *_CACHED,
    *_WRITE,
    *_PLAIN,
    *("pp", "batch", "longco", "l"),
}


def _meter(words: list[str]) -> Meter | None:
    sent = any(word in _INPUT for word in words)
    made = any(word in _OUTPUT for word in words)
    if any(word in _CACHED for word in words):
        return Meter.CACHE_WRITE if any(word in _WRITE for word in words) else Meter.CACHED_INPUT
    if sent == made:
        return Meter.INPUT if "embedding" in words and not sent else None
    return Meter.INPUT if sent else Meter.OUTPUT
