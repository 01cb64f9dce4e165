# /// script
# dependencies = ["litellm==1.80.0", "langfuse<3", "openai<3"]
#
# [tool.econome]
# title = "LiteLLM of 2025 and its callback for Langfuse 2"
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it, into Langfuse's batches."""

import asyncio

import litellm
import litellm_talk

litellm.success_callback = ["langfuse"]
litellm.failure_callback = ["langfuse"]
asyncio.run(litellm_talk.all_calls())
