"""How calls to models look on the wire: LangChain's shape, and that of LangSmith's wrappers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econome.sample.recording import Json

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the sample's shop pays for."""

    asked: str
    answered: str
    provider: str
    seconds_to_first_token: float
    tokens_per_second: float


MISTRAL_SMALL = Model("mistral-small-latest", "mistral-small-latest", "mistralai", 0.25, 150)
GPT_41_MINI = Model("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "openai", 0.45, 110)
GPT_5_MINI = Model("gpt-5-mini", "gpt-5-mini-2025-08-07", "openai", 1.1, 130)
SONNET = Model("claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "anthropic", 1.3, 70)
HAIKU = Model("claude-haiku-4-5", "claude-haiku-4-5-20251001", "anthropic", 0.6, 140)
EMBEDDING = Model("text-embedding-3-small", "text-embedding-3-small", "openai", 0.08, 1e9)
HOME_GROWN = Model("garden-moderator-7b", "garden-moderator-7b", "vllm", 0.15, 55)
"""Nobody sells it, so no catalogue has a price for it."""

CHARACTERS_PER_TOKEN = {"en": 4.3, "fr": 3.7, "de": 3.6, "es": 3.9}
"""About what the tokenizers of 2025 need; a sample's counts should fit its texts."""


def tokens_in(text: str, language: str = "en") -> int:
    """Some plausible number of tokens for a text."""
    return max(1, round(len(text) / CHARACTERS_PER_TOKEN[language]))


@dataclass(frozen=True, slots=True)
class Used:
    """The tokens of one call, LangChain's way: the input includes the cache, the output the reasoning."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0

    def as_metadata(self) -> Json:
        """`usage_metadata`, as every LangSmith client writes it."""
        details = {"cache_read": self.cache_read, "cache_creation": self.cache_write}
        return {
            "input_tokens": self.input,
            "output_tokens": self.output,
            "total_tokens": self.input + self.output,
            "input_token_details": {name: tokens for name, tokens in details.items() if tokens},
            "output_token_details": {"reasoning": self.reasoning} if self.reasoning else {},
        }


def about(model: Model, kind: str = "chat", **parameters: object) -> Json:
    """The metadata by which a client says which model it calls, and how."""
    said = {"ls_provider": model.provider, "ls_model_name": model.asked, "ls_model_type": kind}
    return said | {f"ls_{name}": value for name, value in parameters.items()}


def as_langchain(messages: list[Message]) -> Json:
    """Messages as LangChain's chat models are called with."""
    return {"messages": [[_langchain_message(message) for message in messages]]}


def langchain_answer(text: str, model: Model, used: Used | None) -> Json:
    """The outputs of a LangChain chat model; `used` is None when the stream told no usage."""
    message = _langchain_message({"role": "assistant", "content": text})
    message["kwargs"]["response_metadata"] = {"model_name": model.answered, "finish_reason": "stop"}
    if used:
        message["kwargs"]["usage_metadata"] = used.as_metadata()
    generation = {"text": text, "generation_info": {"finish_reason": "stop"}, "type": "ChatGeneration"}
    return {"generations": [[generation | {"message": message}]], "llm_output": None, "type": "LLMResult"}


_CLASSES = {
    "system": "SystemMessage",
    "user": "HumanMessage",
    "assistant": "AIMessage",
    "tool": "ToolMessage",
}


def _langchain_message(message: Message) -> Message:
    name = _CLASSES[message["role"]]
    kind = {"user": "human", "assistant": "ai"}.get(message["role"], message["role"])
    path = ["langchain", "schema", "messages", name]
    return {
        "lc": 1,
        "type": "constructor",
        "id": path,
        "kwargs": {"content": message["content"], "type": kind},
    }


def openai_answer(text: str, model: Model, used: Used, answer_id: str) -> Json:
    """The outputs of a call through LangSmith's `wrap_openai`."""
    return {
        "id": f"chatcmpl-{answer_id}",
        "object": "chat.completion",
        "model": model.answered,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage_metadata": used.as_metadata(),
    }


def anthropic_answer(content: list[Json], model: Model, used: Used, answer_id: str) -> Json:
    """The outputs of a call through LangSmith's `wrap_anthropic`."""
    stopped = "tool_use" if any(block["type"] == "tool_use" for block in content) else "end_turn"
    return {
        "id": f"msg_{answer_id}",
        "type": "message",
        "role": "assistant",
        "model": model.answered,
        "content": content,
        "stop_reason": stopped,
        "usage_metadata": used.as_metadata(),
    }
