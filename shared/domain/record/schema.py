"""How the fields of a request record map to the columns of a chunk: every column name is here.

Beside these stand `start_us`, `duration_us`, `temperature`, `tags`, `request_id`, `trace_id`,
`error_class` and `usage_source`.
"""

NAMES = {
    "model": "model",
    "model_version": "model_version",
    "resource": "resource",
    "deployment": "deployment",
    "deployment_served": "deployment_served",
    "provider": "provider",
    "operation": "operation",
    "application": "application",
    "environment": "environment",
    "prompt_version": "prompt_version",
    "agent": "agent",
    "error_type": "error_type",
    "finish_reason": "finish_reason",
    "service_tier": "tier_served",
    "service_tier_requested": "tier_requested",
    "reasoning_effort": "reasoning_effort",
}
HASHED = {
    "user": "user_hash",
    "prompt_hash": "prompt_hash",
    "prefix_hash": "prefix_hash",
    "operation_key": "operation_hash",
    "conversation_id": "conversation_hash",
}
COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_input_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "audio_input_tokens": "audio_input_tokens",
    "audio_output_tokens": "audio_output_tokens",
    "image_input_tokens": "image_input_tokens",
    "image_output_tokens": "image_output_tokens",
    "other_units": "other_units",
    "status_code": "status_code",
    "stream": "stream",
    "attempt": "attempt",
    "request_bytes": "request_bytes",
    "response_bytes": "response_bytes",
    "max_tokens": "max_output_tokens",
    "remaining_tokens": "remaining_tokens",
    "limit_tokens": "limit_tokens",
}
SCALED = {
    "time_to_first_token_ms": ("time_to_first_token_us", 1e3),
    "retry_after_ms": ("retry_after_us", 1e3),
    "sample_weight": ("weight_millionths", 1e6),
}
