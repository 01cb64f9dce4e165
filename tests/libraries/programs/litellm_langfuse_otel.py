# /// script
# dependencies = ["litellm", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
#
# [tool.econome]
# title = "LiteLLM's callback for Langfuse over OpenTelemetry"
# tells_cost = true
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
# OTEL_BSP_SCHEDULE_DELAY = "200"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it, to Langfuse's address for OTLP."""

import asyncio
import os
import time

os.environ["LANGFUSE_OTEL_HOST"] = os.environ["ECONOME"]
import litellm
import litellm_talk

litellm.callbacks = ["langfuse_otel"]
asyncio.run(litellm_talk.all_calls())
time.sleep(1)  # its provider is its own: nobody can flush it
