"""What programs of the OpenAI Agents SDK do: an agent with a tool, by either API, and a stream."""

import asyncio

from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, Runner, function_tool
from agents.models._openai_shared import get_default_openai_client
from openai import AsyncOpenAI


@function_tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


async def _all_calls() -> None:
    client = get_default_openai_client() or AsyncOpenAI()
    chat = OpenAIChatCompletionsModel(model="gpt-4o-mini", openai_client=client)
    for model in ("gpt-4o-mini", chat):
        agent = Agent(name="forecaster", instructions="You are brief.", model=model, tools=[weather])
        await Runner.run(agent, "What is the weather in Paris?")
        await Runner.run(Agent(name="peeler", model=model), "The same, from what is cached.")
    streaming = Agent(name="streamer", model="gpt-4o-mini", model_settings=ModelSettings(include_usage=True))
    async for _ in Runner.run_streamed(streaming, "Stream how to peel an onion.").stream_events():
        pass


def all_calls() -> None:
    """All of it."""
    asyncio.run(_all_calls())
