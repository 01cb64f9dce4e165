"""What the browser tests look at, sent as LangSmith's clients send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from clients.serving import Running

_NAMESPACE = UUID(int=7)
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    "[click](javascript:document.title='owned') https://evil.example/ \u202etxt.exe"
)
USED = {"prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200}


@dataclass(slots=True)
class Sender:
    """Makes runs that began some minutes ago, and sends them at once."""

    project: str = "support-bot"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: list[dict[str, Any]] = field(default_factory=list)

    def run(
        self,
        name: str,
        *,
        minutes_ago: float,
        lasts: float = 1.0,
        kind: str = "chain",
        parent: Mapping[str, Any] | None = None,
        **said: Any,
    ) -> dict[str, Any]:
        """Adds a run; its id is a function of its name and its parent's."""
        started = self.now - timedelta(minutes=minutes_ago)
        id_ = str(uuid5(_NAMESPACE, f"{self.project}/{parent['id'] if parent else ''}/{name}"))
        segment = f"{started:%Y%m%dT%H%M%S%fZ}{id_}"
        run = {
            "id": id_,
            "trace_id": parent["trace_id"] if parent else id_,
            "parent_run_id": parent["id"] if parent else None,
            "dotted_order": f"{parent['dotted_order']}.{segment}" if parent else segment,
            "session_name": self.project,
            "name": name,
            "run_type": kind,
            "start_time": started.isoformat(),
            "end_time": (started + timedelta(seconds=lasts)).isoformat(),
            "inputs": {"question": f"What is {name}?"},
            "outputs": {"answer": f"{name} it is."},
            "extra": {"metadata": {"user_id": "ada", "release": "7"}},
            "tags": ["beta"],
            **said,
        }
        self.runs.append(run)
        return run

    def call(
        self, name: str, model: str, usage: Mapping[str, int] | None = None, **said: Any
    ) -> dict[str, Any]:
        """Adds a call to a model that reports `usage`, or nothing."""
        answer: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": "Certainly."}}]}
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "May I?"}]
        return self.run(
            name,
            kind="llm",
            **{
                "inputs": {"messages": messages},
                "outputs": answer | ({"usage": dict(usage)} if usage else {}),
                "extra": {"metadata": {"ls_provider": "openai", "ls_model_name": model}},
                **said,
            },
        )

    def send(self, server: Running) -> None:
        """Stores them all."""
        server.post("/runs/batch", {"post": self.runs, "patch": []})


def converse(sender: Sender, session: str, turns: int, **metadata: str) -> None:
    """A conversation that sends its history whole: each turn holds the one before, and 400 tokens more."""
    labels = {"thread_id": session, **metadata}
    said: list[dict[str, str]] = [{"role": "system", "content": "Be kind."}]
    for turn in range(1, turns + 1):
        said = [*said, {"role": "user", "content": f"Question {turn}?"}]
        minutes_ago = 300 - 10.0 * turn
        root = sender.run(
            f"{session}-turn-{turn}",
            minutes_ago=minutes_ago,
            lasts=2,
            inputs={"messages": said},
            outputs={"output": f"Answer {turn}."},
            extra={"metadata": labels},
        )
        sent, cached = 1_000 + 400 * turn, 1_024 if turn > 2 else 0
        usage = {"prompt_tokens": sent, "completion_tokens": 150, "total_tokens": sent + 150}
        sender.call(
            "answer",
            "gpt-4o",
            {**usage, "prompt_tokens_details": {"cached_tokens": cached}},  # type: ignore[dict-item]
            parent=root,
            minutes_ago=minutes_ago,
            lasts=1 + turn / 4,
            inputs={"messages": said},
        )
        said = [*said, {"role": "assistant", "content": f"Answer {turn}. " + "Because. " * 60}]


def seed(server: Running) -> dict[str, str]:
    """Some traces of each kind that the pages must show. Gives the ids that tests go to, by name."""
    sender = Sender()
    ticket = sender.run("answer_ticket", minutes_ago=10, lasts=6)
    sender.run("search", kind="retriever", parent=ticket, minutes_ago=9.99, lasts=1)
    ask = sender.call("ask", "gpt-4o", USED, parent=ticket, minutes_ago=9.97, lasts=3)
    sender.call("embellish", "gpt-4o-mini", USED, parent=ticket, minutes_ago=9.92, lasts=1)

    # No usage and no text: there is nothing to estimate by.
    sender.call("mystery", "gpt-4o", None, minutes_ago=20, inputs={}, outputs={})
    sender.call("homemade", "our-own-model-7b", USED, minutes_ago=25)
    sender.run("broken", minutes_ago=30, error="ValueError: no such ticket\nat line 3", outputs=None)
    hostile = sender.run(
        HOSTILE,
        minutes_ago=40,
        kind="llm",
        inputs={"messages": [{"role": "user", "content": HOSTILE}]},
        outputs={"choices": [{"message": {"role": "assistant", "content": HOSTILE}}]},
        error=HOSTILE,
        tags=[HOSTILE],
        extra={"metadata": {HOSTILE: HOSTILE, "ls_model_name": HOSTILE, "user_id": HOSTILE}},
    )
    for number in range(300):
        sender.call(f"call-{number}", "gpt-4o-mini", USED, minutes_ago=60 + number / 10)
    sender.send(server)
    other = Sender(project="nightly")
    other.call("judge", "gpt-4o", USED, minutes_ago=50)
    other.send(server)
    chats = Sender(project="chats")
    converse(chats, "chat-of-ada", 6, user_id="ada")
    converse(chats, "a/strange name?", 3, user_id="bob@example.org")
    chats.send(server)
    return {"ticket": ticket["id"], "ask": ask["id"], "hostile": hostile["id"]}
