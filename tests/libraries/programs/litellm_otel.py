# /// script
# dependencies = ["litellm", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
#
# [tool.econome]
# title = "LiteLLM's callback for OpenTelemetry"
# tells_cost = true
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
# OTEL_EXPORTER = "otlp_http"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it."""

import asyncio
import os

os.environ["OTEL_ENDPOINT"] = os.environ["ECONOME"] + "/v1/traces"
import litellm
import litellm_talk

litellm.callbacks = ["otel"]
asyncio.run(litellm_talk.all_calls())

from opentelemetry import trace  # noqa: E402

trace.get_tracer_provider().shutdown()
