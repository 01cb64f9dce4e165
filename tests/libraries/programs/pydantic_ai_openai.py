# /// script
# dependencies = [
#     "pydantic-ai-slim[openai]>=2",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "Pydantic AI with OpenAI"
# tells_cost = true
# ///
"""An agent with a tool: its span repeats the sum of its calls."""

import contextlib

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel

import otlp

with otlp.everything():
    Agent.instrument_all()
    for model in (OpenAIChatModel("gpt-4o-mini"), OpenAIResponsesModel("gpt-4o-mini")):
        Agent(model, name="peeler", instructions="You are brief.").run_sync("How do I peel an onion?")
        agent = Agent(model, name="forecaster")

        @agent.tool_plain
        def weather(city: str) -> str:
            """The weather in a city."""
            return f"Rain in {city}."

        agent.run_sync("What is the weather in Paris?")
        Agent(model).run_sync("The same, from what is cached.")
        Agent(model).run_sync("Take time to think.")
        with contextlib.suppress(Exception):
            Agent(model).run_sync("Please fail.")
        with Agent(model).run_stream_sync("Stream how to peel an onion.") as stream:
            stream.get_output()
