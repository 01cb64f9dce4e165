# /// script
# dependencies = ["langsmith[openai-agents]"]
#
# [tool.econome]
# title = "LangSmith for OpenAI's Agents SDK"
#
# [tool.econome.environment]
# LANGSMITH_TRACING = "true"
# ///
"""LangSmith's processor of the SDK's own traces."""

import agents_talk
from agents import set_trace_processors
from langsmith import Client
from langsmith.integrations.openai_agents_sdk import OpenAIAgentsTracingProcessor

client = Client()
set_trace_processors([OpenAIAgentsTracingProcessor(client=client)])
agents_talk.all_calls()
client.flush()
