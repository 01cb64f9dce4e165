# /// script
# dependencies = [
#     "pydantic-ai-slim[anthropic]>=2",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "Pydantic AI with Anthropic, whose SDK sends spans of its own below"
# ///
"""An agent with a tool, and three spans a call."""

from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel

import otlp

with otlp.everything():
    Agent.instrument_all()
    model = AnthropicModel("claude-sonnet-4-5")
    Agent(model, name="peeler", instructions="You are brief.").run_sync("How do I peel an onion?")
    agent = Agent(model, name="forecaster")

    @agent.tool_plain
    def weather(city: str) -> str:
        """The weather in a city."""
        return f"Rain in {city}."

    agent.run_sync("What is the weather in Paris?")
    Agent(model).run_sync("The same, from what is cached.")
