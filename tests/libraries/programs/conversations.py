"""What every program says to its provider, so that all libraries are asked the same.

The words decide what a call uses: see tests/libraries/answering.py.
"""

from __future__ import annotations

import contextlib
from typing import Any

MODEL = "gpt-4o-mini"
CLAUDE = "claude-sonnet-4-5"
SYSTEM = "You are brief."
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": SCHEMA,
    },
}


def _said(text: str) -> list[dict[str, Any]]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def openai_chat(client: Any) -> None:
    """Whole answers: plain, cached, after reasoning, by a tool, and one that is refused."""
    chat = client.chat.completions.create
    chat(model=MODEL, messages=_said("How do I peel an onion?"), temperature=0.5, max_tokens=100)
    chat(model=MODEL, messages=_said("The same, from what is cached."))
    chat(model=MODEL, messages=_said("Take time to think."))
    asked = _said("What is the weather in Paris?")
    first = chat(model=MODEL, messages=asked, tools=[TOOL]).choices[0].message
    call = first.tool_calls[0]
    answer = {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]}
    result = {"role": "tool", "tool_call_id": call.id, "content": "Rain."}
    chat(model=MODEL, messages=[*asked, answer, result], tools=[TOOL])
    with contextlib.suppress(Exception):
        client.with_options(max_retries=0).chat.completions.create(
            model=MODEL, messages=_said("Please fail.")
        )


def openai_streams(client: Any) -> None:
    """Streams that tell their usage, and one that does not."""
    chat = client.chat.completions.create
    told = {"stream": True, "stream_options": {"include_usage": True}}
    for text in ("Stream how to peel an onion.", "Stream what is cached.", "Stream what you think."):
        for _ in chat(model=MODEL, messages=_said(text), **told):
            pass
    for _ in chat(model=MODEL, messages=_said("Stream in silence."), stream=True):
        pass


def openai_responses(client: Any) -> None:
    """The responses API, whole and as a stream."""
    create = client.responses.create
    create(model=MODEL, instructions=SYSTEM, input="How do I peel an onion?")
    create(model=MODEL, instructions=SYSTEM, input="The same, from what is cached.")
    create(model=MODEL, input=[{"role": "user", "content": "Take time to think."}])
    for _ in create(model=MODEL, input="Stream how to peel an onion.", stream=True):
        pass


def openai_embeddings(client: Any) -> None:
    """Two texts as vectors."""
    client.embeddings.create(model="text-embedding-3-small", input=["an onion", "a peel"])


def openai_all(client: Any) -> None:
    """All of it."""
    openai_chat(client)
    openai_streams(client)
    openai_responses(client)
    openai_embeddings(client)


def anthropic_all(client: Any) -> None:
    """Messages: plain, cached, as streams, by a tool, and one that is refused."""
    create = client.messages.create
    most: dict[str, Any] = {"model": CLAUDE, "max_tokens": 200, "system": SYSTEM}
    create(**most, messages=[{"role": "user", "content": "How do I peel an onion?"}])
    create(**most, messages=[{"role": "user", "content": "The same, from what is cached."}])
    tool = {
        "name": "weather",
        "description": "The weather in a city.",
        "input_schema": SCHEMA,
    }
    asked = {"role": "user", "content": "What is the weather in Paris?"}
    first = create(**most, tools=[tool], messages=[asked])
    parts = [part.model_dump(exclude_none=True) for part in first.content]
    result = {"type": "tool_result", "tool_use_id": parts[-1]["id"], "content": "Rain."}
    talk = [asked, {"role": "assistant", "content": parts}, {"role": "user", "content": [result]}]
    create(**most, tools=[tool], messages=talk)
    for text in ("Stream how to peel an onion.", "Stream what is cached."):
        for _ in create(**most, messages=[{"role": "user", "content": text}], stream=True):
            pass
    with client.messages.stream(
        **most, messages=[{"role": "user", "content": "Stream what you think."}]
    ) as stream:
        stream.get_final_message()
    with contextlib.suppress(Exception):
        create(**most, messages=[{"role": "user", "content": "Please fail."}])


def gemini_all(client: Any) -> None:
    """Generation: plain, cached, after thoughts, by a tool, as streams, and one that is refused."""
    models, model = client.models, "gemini-2.5-flash"
    brief = {"system_instruction": SYSTEM}
    models.generate_content(
        model=model, contents="How do I peel an onion?", config={**brief, "temperature": 0.5}
    )
    models.generate_content(model=model, contents="The same, from what is cached.", config=brief)
    models.generate_content(model=model, contents="Take time to think.", config=brief)
    declared = {"name": "weather", "description": "The weather in a city.", "parameters_json_schema": SCHEMA}
    tools = {"tools": [{"function_declarations": [declared]}]}
    asked = {"role": "user", "parts": [{"text": "What is the weather in Paris?"}]}
    first = models.generate_content(model=model, contents=[asked], config=tools)
    call = {"role": "model", "parts": [{"function_call": {"name": "weather", "args": {"city": "Paris"}}}]}
    assert first.function_calls
    result = {
        "role": "user",
        "parts": [{"function_response": {"name": "weather", "response": {"is": "Rain."}}}],
    }
    models.generate_content(model=model, contents=[asked, call, result], config=tools)
    for text in ("Stream how to peel an onion.", "Stream what you think."):
        for _ in models.generate_content_stream(model=model, contents=text, config=brief):
            pass
    with contextlib.suppress(Exception):
        models.generate_content(model=model, contents="Please fail.")


def bedrock_all(client: Any) -> None:
    """Converse: plain, cached, by a tool, and one that is refused."""
    most: dict[str, Any] = {
        "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "system": [{"text": SYSTEM}],
        "inferenceConfig": {"maxTokens": 200},
    }

    def said(text: str) -> dict[str, Any]:
        return {"role": "user", "content": [{"text": text}]}

    client.converse(**most, messages=[said("How do I peel an onion?")])
    client.converse(**most, messages=[said("The same, from what is cached.")])
    spec = {"name": "weather", "description": "The weather in a city.", "inputSchema": {"json": SCHEMA}}
    tools = {"tools": [{"toolSpec": spec}]}
    asked = said("What is the weather in Paris?")
    answer = client.converse(**most, messages=[asked], toolConfig=tools)["output"]["message"]
    use = answer["content"][-1]["toolUse"]["toolUseId"]
    result = {"role": "user", "content": [{"toolResult": {"toolUseId": use, "content": [{"text": "Rain."}]}}]}
    client.converse(**most, messages=[asked, answer, result], toolConfig=tools)
    with contextlib.suppress(Exception):
        client.converse(**most, messages=[said("Please fail.")])
