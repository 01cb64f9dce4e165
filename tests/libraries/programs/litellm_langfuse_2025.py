# /// script
# dependencies = ["litellm==1.80.0", "langfuse<3", "openai<3"]
#
# [tool.econome]
# project = "default"
# title = "LiteLLM of 2025 and its callback for Langfuse 2"
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
#
# [[tool.econome.lost]]
# calls = "cached chat"
# what = ["cache_read"]
# why = "it looks where only Anthropic says it"
#
# [[tool.econome.lost]]
# calls = "thinking chat"
# what = ["reasoning"]
# why = "not sent"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it, into Langfuse's batches."""

import asyncio

import litellm
import litellm_talk

litellm.success_callback = ["langfuse"]
litellm.failure_callback = ["langfuse"]
asyncio.run(litellm_talk.all_calls())
