"""A completed model request, as clients send it.

Bounds are those of the HTTP contract; msgspec checks them while it decodes, `request_faults` checks
what concerns more than one field.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

MAX_TAGS = 8
MAX_DURATION_MS = 7 * 24 * 3600 * 1000.0

Name = Annotated[str, Meta(min_length=1, max_length=256)]
Count = Annotated[int, Meta(ge=0, le=1 << 53)]
Milliseconds = Annotated[float, Meta(ge=0, le=MAX_DURATION_MS)]
Moment = Annotated[datetime, Meta(tz=True)]
TagText = Annotated[str, Meta(max_length=128)]
# Python's `$` lets a newline follow; OpenAPI has no `\Z`.
BatchId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]


class RequestRecord(msgspec.Struct, frozen=True, gc=False):
    """One completed request; null and absent mean unknown, never 0.

    Attributes:
        start_time: when the client sent it.
        duration_ms: until the last byte of the answer, 0 to 7 days.
        time_to_first_token_ms: until the first token of a stream.
        input_tokens: prompt tokens, cached ones included.
        output_tokens: generated tokens, reasoning ones included.
        error_type: None is a success (unless `status_code` is 400 or more).
        sample_weight: how many requests this record stands for, more than 0, at most 1e6.
    """

    model: Name
    start_time: Moment
    duration_ms: Milliseconds
    request_id: Name | None = None
    trace_id: Name | None = None
    conversation_id: Name | None = None
    agent: Name | None = None
    model_version: Name | None = None
    resource: Name | None = None
    deployment: Name | None = None
    deployment_served: Name | None = None
    provider: Name | None = None
    operation: Name | None = None
    application: Name | None = None
    environment: Name | None = None
    prompt_version: Name | None = None
    user: Name | None = None
    time_to_first_token_ms: Milliseconds | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cached_input_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    audio_input_tokens: Count | None = None
    audio_output_tokens: Count | None = None
    image_input_tokens: Count | None = None
    image_output_tokens: Count | None = None
    other_units: Count | None = None
    error_type: Name | None = None
    status_code: Annotated[int, Meta(ge=100, le=599)] | None = None
    finish_reason: Name | None = None
    service_tier: Name | None = None
    service_tier_requested: Name | None = None
    attempt: Annotated[int, Meta(ge=1, le=1 << 31)] | None = None
    retry_after_ms: Milliseconds | None = None
    request_bytes: Count | None = None
    response_bytes: Count | None = None
    stream: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=100)] | None = None
    max_tokens: Count | None = None
    remaining_tokens: Count | None = None
    limit_tokens: Count | None = None
    reasoning_effort: Name | None = None
    sample_weight: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    prompt_hash: Name | None = None
    prefix_hash: Name | None = None
    operation_key: Name | None = None
    tags: Annotated[dict[TagText, TagText], Meta(max_length=MAX_TAGS)] | None = None


class RequestBatch(msgspec.Struct, frozen=True):
    """What is posted to `/api/v1/requests`."""

    requests: list[RequestRecord]
    batch_id: BatchId | None = None
