# /// script
# dependencies = ["litellm", "langfuse>=4.7,<5", "opentelemetry-exporter-otlp-proto-http"]
#
# [tool.econome]
# project = "default"
# title = "LiteLLM's callback for Langfuse"
# tells_cost = true
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it, through Langfuse's SDK."""

import asyncio

import litellm
import litellm_talk

litellm.success_callback = ["langfuse"]
litellm.failure_callback = ["langfuse"]
asyncio.run(litellm_talk.all_calls())
