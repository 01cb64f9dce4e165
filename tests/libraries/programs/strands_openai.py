# /// script
# dependencies = ["strands-agents[openai]", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
#
# [tool.econome]
# title = "Strands"
# ///
"""An agent with a tool: agent, cycles and calls all repeat the tokens."""

from strands import Agent, tool
from strands.models.openai import OpenAIModel

import otlp


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


with otlp.everything():
    model = OpenAIModel(model_id="gpt-4o-mini")
    Agent(model=model, tools=[weather], callback_handler=None)("What is the weather in Paris?")
    Agent(model=model, callback_handler=None)("The same, from what is cached.")
