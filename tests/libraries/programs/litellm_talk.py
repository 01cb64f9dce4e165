"""What LiteLLM's programs say, to OpenAI and to Anthropic."""

import asyncio
import contextlib
import os
from typing import Any

import litellm

OPENAI = {"model": "openai/gpt-4o-mini"}
CLAUDE = {"model": "anthropic/claude-sonnet-4-5", "api_base": os.environ["PROVIDER"], "max_tokens": 200}
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def _said(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


async def all_calls() -> None:
    """Whole answers, streams, a tool, embeddings and a failure; asynchronously, as its proxy calls."""
    for model in (OPENAI, CLAUDE):
        await litellm.acompletion(**model, messages=_said("How do I peel an onion?"))
        await litellm.acompletion(**model, messages=_said("The same, from what is cached."))
        await litellm.acompletion(**model, messages=_said("What is the weather in Paris?"), tools=[TOOL])
        stream = await litellm.acompletion(
            **model,
            messages=_said("Stream how to peel an onion."),
            stream=True,
            stream_options={"include_usage": True},
        )
        async for _ in stream:
            pass
    await litellm.acompletion(**OPENAI, messages=_said("Take time to think."))
    await litellm.aembedding(model="openai/text-embedding-3-small", input=["an onion", "a peel"])
    with contextlib.suppress(Exception):
        await litellm.acompletion(**OPENAI, messages=_said("Please fail."), num_retries=0)
    await asyncio.sleep(3)  # its callbacks run beside, and nothing says when they are done
