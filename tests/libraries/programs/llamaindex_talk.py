"""What LlamaIndex's programs do: chat, streams, retrieval with embeddings, an agent with a tool."""

import asyncio
import os

from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI


def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


async def _forecast(model: OpenAI) -> None:
    agent = FunctionAgent(tools=[weather], llm=model, streaming=False)
    await agent.run("What is the weather in Paris?")


def all_calls() -> None:
    """All of it."""
    base = os.environ["OPENAI_BASE_URL"]
    model = OpenAI(model="gpt-4o-mini", api_base=base, max_retries=0)
    model.chat([ChatMessage(role="user", content="How do I peel an onion?")])
    model.chat([ChatMessage(role="user", content="The same, from what is cached.")])
    for _ in model.stream_chat([ChatMessage(role="user", content="Stream in silence.")]):
        pass
    told = OpenAI(
        model="gpt-4o-mini",
        api_base=base,
        additional_kwargs={"stream_options": {"include_usage": True}},
    )
    for _ in told.stream_chat([ChatMessage(role="user", content="Stream how to peel an onion.")]):
        pass
    Settings.llm = model
    Settings.embed_model = OpenAIEmbedding(model="text-embedding-3-small", api_base=base)
    index = VectorStoreIndex.from_documents([Document(text="An onion has layers.")])
    index.as_query_engine().query("What has an onion?")
    asyncio.run(_forecast(model))
