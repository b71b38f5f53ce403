"""The question what a call or an hour of capacity costs, and its answer."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.domain.price.price_entry import AZURE
from shared.domain.record.request import Count, Moment, Name


class Calculation(msgspec.Struct, frozen=True):
    """What to price; tokens that are absent are none.

    Attributes:
        batch: whether it goes through a batch deployment.
        service_tier: the tier that serves it; absent: standard.
        deployment_type: as Azure names it; absent: Global Standard, with `ptu` Global Provisioned.
        deployment_hours: how long the deployment runs.
        ptu: provisioned throughput units of the deployment.
        at: when, for the price of that UTC day; absent: now.
    """

    model: Name
    provider: Name = AZURE
    model_version: Annotated[str, Meta(max_length=256)] | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cached_input_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    audio_input_tokens: Count | None = None
    audio_output_tokens: Count | None = None
    image_input_tokens: Count | None = None
    image_output_tokens: Count | None = None
    batch: bool | None = None
    service_tier: Annotated[str, Meta(max_length=256)] | None = None
    deployment_type: Name | None = None
    region: Name | None = None
    deployment_hours: Decimal | None = None
    ptu: Count | None = None
    at: Moment | None = None


class PriceSource(msgspec.Struct, frozen=True):
    """Which price that is.

    Attributes:
        effective_from: the first UTC day it holds; null: since ever.
        source: who says so.
        source_date: the day that was read or put.
    """

    effective_from: date | None
    source: str
    source_date: date | None


class CalculatedCost(msgspec.Struct, frozen=True, kw_only=True):
    """What it costs, in US dollars as decimal strings; `total_cost` is the sum of the others.

    Attributes:
        unknown_fields: of the question, which nothing was made of; absent where there are none.
    """

    input_token_cost: str
    cached_input_token_cost: str
    cache_write_token_cost: str
    output_token_cost: str
    other_cost: str
    deployment_cost: str
    total_cost: str
    currency: str = "USD"
    cost_basis: str = "list"
    model: str
    deployment_type: str
    deployment_type_assumed: bool
    service_tier: str
    region_assumed: bool
    price: PriceSource
    unknown_fields: dict[str, int] | UnsetType = UNSET
