"""Asks Gemini in each of the ways that LangSmith's wrapper knows, and prints what the provider told.

Arguments: where the provider is. LANGSMITH_... say where the traces go.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

from google import genai
from google.genai import types
from langsmith import Client

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # the package imports a deprecated module of its own, and says it is in beta
    from langsmith.wrappers import wrap_gemini

    MODEL = "gemini-2.5-flash"
    tracer = Client()
    options = types.HttpOptions(base_url=sys.argv[1])
    gemini: Any = wrap_gemini(
        genai.Client(api_key="none", http_options=options), tracing_extra={"client": tracer}
    )


def total(usage: Any) -> int:
    return usage.total_token_count or 0


async def asynchronously() -> list[int]:
    whole = await gemini.aio.models.generate_content(model=MODEL, contents="Dis bonjour")
    stream = await gemini.aio.models.generate_content_stream(model=MODEL, contents="Dis bonjour")
    last = [chunk async for chunk in stream][-1]
    return [total(whole.usage_metadata), total(last.usage_metadata)]


told = [total(gemini.models.generate_content(model=MODEL, contents="Dis bonjour").usage_metadata)]
chunks = list(gemini.models.generate_content_stream(model=MODEL, contents="Dis bonjour"))
told.append(total(chunks[-1].usage_metadata))
told += asyncio.run(asynchronously())
silent = list(gemini.models.generate_content_stream(model=MODEL, contents="say nothing of usage"))
tracer.flush()
print(json.dumps({"told": told, "said": "".join(chunk.text for chunk in silent)}))
