# /// script
# dependencies = ["litellm"]
#
# [tool.econome]
# title = "LiteLLM's callback for LangSmith"
# tells_cost = true
#
# [tool.econome.environment]
# LITELLM_LOCAL_MODEL_COST_MAP = "True"
# LANGSMITH_BATCH_SIZE = "1"
#
# [[tool.econome.lost]]
# calls = "failing chat"
# adds = { input = 0 }
# why = "a refused call is told with 0 tokens, as if somebody had counted them"
# ///
"""LiteLLM's client, with OpenAI and Anthropic behind it, into LangSmith's runs."""

import asyncio
import os

import litellm
import litellm_talk

os.environ["LANGSMITH_BASE_URL"] = os.environ["ECONOME"]
litellm.callbacks = ["langsmith"]
asyncio.run(litellm_talk.all_calls())
