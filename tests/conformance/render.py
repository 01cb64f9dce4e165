"""Writes docs/reference/conformance.md from the golden cases: `make conformance`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from conformance import served
from conformance.cases import Case, cases
from econome.domain.usage import Bucket

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "conformance.md"

TITLES = {
    "openai": "OpenAI",
    "azure": "Azure OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "vertex": "Vertex AI",
    "bedrock": "Bedrock",
    "mistral": "Mistral",
    "deepseek": "DeepSeek",
    "xai": "xAI",
    "cohere": "Cohere",
    "groq": "Groq",
    "openrouter": "OpenRouter",
    "perplexity": "Perplexity",
    "ollama": "Ollama",
    "vllm": "vLLM",
    "litellm": "LiteLLM",
    "vercel ai sdk": "Vercel AI SDK",
    "hugging face": "Hugging Face",
    "any": "Any",
}

HEAD = """\
# Conformance

*Written by `make conformance` from the cases in `tests/conformance`; do not edit.*

What {providers} providers and servers serve, as {clients} clients send it, in {situations} situations:
{count} golden cases. Each is a test, and each says where its numbers come from, which is never what
Econome answered: sums are written out, costs were added up apart. What the buckets, fees and conventions
are stands in [Usage](usage.md). A bucket that is not there is unknown or, with some clients, 0.

Costs are in US dollars, at the rates of each case: they show that the sum is right, not what a provider
asks today. *No price*: a part of the call is unknown or has no rate, and half of a cost would be wrong. To
add a case, see [tests/conformance](../../tests/conformance/README.md).

| convention | cases |
|---|---|
"""
COLUMNS = ("client", "situation", "convention", "buckets", "fees", "cost", "why")


class Row(NamedTuple):
    """A line of the page."""

    provider: str
    client: str
    situation: str
    convention: str
    buckets: str
    fees: str
    cost: str
    why: str


def rows() -> list[Row]:
    """All cases, by provider."""
    return [*(_golden(case) for case in cases()), *(_served(case) for case in served.cases())]


def page() -> str:
    """The whole text."""
    lines = rows()
    told = Counter(row.convention for row in lines)
    head = HEAD.format(
        count=len(lines),
        providers=len({row.provider for row in lines}),
        clients=len({row.client for row in lines}),
        situations=len({row.situation for row in lines}),
    )
    text = head + "".join(f"| {name} | {told[name]} |\n" for name in sorted(told))
    by_provider: dict[str, list[Row]] = defaultdict(list)
    for row in lines:
        by_provider[row.provider].append(row)
    for provider, of_it in sorted(by_provider.items(), key=lambda item: item[0].lower()):
        text += f"\n## {provider}\n\n{_line(COLUMNS)}{_line(['---'] * len(COLUMNS))}"
        text += "".join(_line(row[1:]) for row in of_it)
    return text


def _golden(case: Case) -> Row:
    cost = f"${case.cost}" if case.cost is not None else "no price" if case.is_priced else ""
    if "cost_reported" in case.costs_reported:
        cost = f"{cost}; stated ${case.costs_reported['cost_reported']:f}".removeprefix("; ")
    return Row(
        TITLES.get(case.provider, case.provider),
        case.client,
        case.situation,
        _convention(case.convention, case.source),
        _pairs((bucket, case.sums[bucket]) for bucket in Bucket if bucket in case.sums),
        _pairs(case.fees.items()),
        cost,
        "; ".join((case.why, *case.notes)),
    )


def _served(case: served.Case) -> Row:
    expected = case["expected"]
    return Row(
        case["provider"],
        case["client"],
        case["situation"],
        _convention(expected["convention"], expected["source"]),
        _pairs(expected["buckets"].items()),
        _pairs(expected.get("fees", {}).items()),
        f"${Decimal(case['cost']):f}" if "cost" in case else "",
        case["why"],
    )


def _convention(name: str, source: str) -> str:
    return f"`{name}`" if name else f"*{source or 'no call'}*"


def _pairs(pairs: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in pairs)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
