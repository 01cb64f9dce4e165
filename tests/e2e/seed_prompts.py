"""Calls of a shop's app whose prompts grow, change and carry tools: what the page of prompts is about."""

from __future__ import annotations

from typing import Any

from clients.serving import Running
from e2e.seed import Sender

BEFORE = (
    "You are the helper of a garden shop. Answer kindly and in full sentences.\n"
    "Never promise a day of delivery. Ask for the number of the order when it is missing.\n"
)
AFTER = (
    "You are the helper of a garden shop. Answer in at most three sentences.\n"
    "Never promise a day of delivery. Ask for the number of the order when it is missing.\n"
    "Name the page of the handbook that you rely on.\n"
)
QUESTIONS = (
    "Where are my roses?", "May ivy grow in a pot?", "My spade broke.", "Is peat needed for heather?",
    "How deep do tulips go?", "When is the shop open?", "Can I return a tree?", "Which soil for blueberries?",
)  # fmt: skip
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": says,
            "parameters": {"type": "object", "properties": {key: {"type": "string", "description": says}}},
        },
    }
    for name, key, says in (
        ("find_order", "number", "Finds an order by its number and tells where it is."),
        ("find_plant", "name", "Finds a plant in the catalogue with its needs of soil, light and water."),
        ("open_ticket", "text", "Opens a ticket for the people of the shop, with what the customer said."),
        (
            "print_label",
            "address",
            "Prints a label for sending something back, with an address and a bar code.",
        ),
    )
]
HANDBOOK = "Heather wants acid soil without lime, and water from the sky rather than from the tap. " * 8


def seed_prompts(server: Running) -> None:
    """A prompt of two versions known by its wording, one that its app names, and one with documents."""
    sender = Sender(project="garden")
    for number in range(40):
        _help(sender, number, BEFORE if number < 24 else AFTER)
    for number in range(12):
        _look_up(sender, number)
    for number in range(10):
        _classify(sender, number)
    sender.send(server)


def _used(sent: int, cached: int, generated: int) -> dict[str, Any]:
    return {
        "prompt_tokens": sent,
        "completion_tokens": generated,
        "total_tokens": sent + generated,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _help(sender: Sender, number: int, system: str) -> None:
    """A turn of a conversation: its history grows with each."""
    root = sender.run(f"help-{number}", minutes_ago=58 - 1.4 * number, lasts=4)
    root["name"] = "help_customer"
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
    for turn in range(number % 5):
        messages += [
            {"role": "user", "content": QUESTIONS[turn]},
            {"role": "assistant", "content": "That depends on where you live. " * 6},
        ]
    messages.append({"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]})
    calls = [
        {"type": "function", "function": {"name": TOOLS[number % 2]["function"]["name"], "arguments": "{}"}}
    ]
    answer = {
        "role": "assistant",
        "content": None if number % 3 else "Certainly.",
        "tool_calls": calls if number % 3 else [],
    }
    size = sum(len(str(message["content"])) for message in messages) // 4 + 260
    sender.call(
        "ChatOpenAI",
        "gpt-4o",
        parent=root,
        minutes_ago=57.98 - 1.4 * number,
        lasts=2,
        inputs={"messages": messages, "tools": TOOLS},
        outputs={"choices": [{"message": answer}], "usage": _used(size, 256 if number % 5 else 0, 40)},
    )


def _look_up(sender: Sender, number: int) -> None:
    root = sender.run(f"look-{number}", minutes_ago=45 - 3 * number, lasts=3)
    root["name"] = "search_handbook"
    system = (
        "Use the pages below to answer, and say so when the answer is not in them.\n\nPages:\n"
        + HANDBOOK[number * 7 :]
    )
    messages = [{"role": "system", "content": system}, {"role": "user", "content": QUESTIONS[number % 8]}]
    sender.call(
        "ChatOpenAI",
        "gpt-4o-mini",
        parent=root,
        minutes_ago=44.99 - 3 * number,
        inputs={"messages": messages, "context": HANDBOOK[number * 11 :]},
        outputs={
            "choices": [{"message": {"role": "assistant", "content": "On page 3."}}],
            "usage": _used(len(system) // 4 + 160, 0, 30),
        },
    )


def _classify(sender: Sender, number: int) -> None:
    text = f"Put this letter into one of: order, plant, other.\nLetter: {QUESTIONS[number % 8]} {number}"
    sender.call(
        f"classify-{number}",
        "gpt-4o-mini",
        _used(60 + number, 0, 4),
        minutes_ago=40 - 3 * number,
        inputs={"messages": [{"role": "user", "content": text}]},
        extra={
            "metadata": {
                "ls_provider": "openai",
                "ls_model_name": "gpt-4o-mini",
                "prompt_name": "triage",
                "prompt_version": "3" if number < 6 else "4",
            }
        },
    )
