"""The shop's agent: it looks orders up with tools until it can answer, and does not always manage."""

from __future__ import annotations

from econome.sample.models import SONNET, Message, Used, about, anthropic_answer, tokens_in
from econome.sample.recording import Json, Recording
from econome.sample.scene import Scene, prose


def _tool(name: str, description: str, **properties: str) -> Json:
    schema = {key: {"type": "string", "description": text} for key, text in properties.items()}
    return {
        "name": name,
        "description": description,
        "input_schema": {"type": "object", "properties": schema, "required": list(properties)},
    }


TOOLS = [
    _tool(
        "find_order",
        "The order with a number, or the newest of a customer.",
        number="Eight digits, or empty",
        customer="Name and postcode, when the number is not known",
    ),
    _tool("track_parcel", "Where a parcel is: its events, newest first.", tracking="The tracking number"),
    _tool(
        "pay_back",
        "Pays money back for lines of an order. At most 50 euros.",
        number="The order's number",
        lines="The lines, separated by commas",
        reason="damaged, wrong article, changed mind or lost",
    ),
    _tool(
        "change_address",
        "Writes down a new address for an order.",
        number="The order",
        address="The new address",
    ),
    _tool("ask_colleague", "Hands the case to a person, with a summary.", summary="Two sentences"),
]


class OrderAgent:
    """One case of the agent, told step by step."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.number = f"{scene.random.randrange(10**7, 10**8)}"
        self.tracking = f"XP{scene.hex(10).upper()}FR"
        topics = scene.texts["topics"]
        self.topic: Json = topics[-1] if scene.random.random() < 0.6 else topics[2 % len(topics)]
        self.handbook = prose("handbook")
        # What every request begins with, marked for Anthropic's cache by the app.
        self.beginning = tokens_in(self.handbook) + tokens_in(str(TOOLS))
        self.messages: list[Message] = []
        self.in_cache = scene.random.random() < 0.55  # another case went by within five minutes

    def case(self) -> Recording:
        """The whole case: ask the model, use the tool it wants, ask again."""
        question = f"{self.topic['question']} ({self.number})"
        recording = self.scene.record("handle_order", {"message": question}, tags=("orders", "agent"))
        self.messages = [{"role": "user", "content": question}]
        calls: list[tuple[str, Json, Json]] = [
            ("find_order", {"number": self.number, "customer": ""}, self._order()),
            ("track_parcel", {"tracking": self.tracking}, self._events()),
        ]
        if self.scene.random.random() < 0.4:
            refund = {"number": self.number, "lines": "1", "reason": "lost"}
            calls.append(("pay_back", refund, {"paid_back": "12,90", "currency": "EUR"}))
        for name, arguments, result in calls[: 3 if self.scene.random.random() < 0.8 else 1]:
            if not self._ask(
                recording, [{"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": arguments}]
            ):
                return recording
            self._use(recording, name, arguments, result)
        if self._ask(recording, [{"type": "text", "text": self.topic["answer"]}]):
            recording.end(recording.root, {"answer": self.topic["answer"]})
        return recording

    def _ask(self, recording: Recording, content: list[Json]) -> bool:
        """One request to the model; False when it failed, and the case with it."""
        scene = self.scene
        inputs = {
            "system": self.handbook,
            "messages": list(self.messages),
            "tools": TOOLS,
            "model": SONNET.asked,
        }
        step = recording.begin(
            "ChatAnthropic",
            "llm",
            inputs,
            parent=recording.root,
            metadata=about(SONNET, max_tokens=1024),
            params={"model": SONNET.asked, "max_tokens": 1024},
        )
        if scene.outage and scene.random.random() < 0.5:
            scene.wait(20)
            error = "OverloadedError: 529 {'type': 'overloaded_error', 'message': 'Overloaded'}"
            recording.end(step, error=error)
            recording.end(recording.root, error=error)
            return False
        spoken = sum(tokens_in(str(message["content"]), scene.language) for message in self.messages)
        used = Used(
            self.beginning + spoken,
            tokens_in(str(content), scene.language),
            cache_read=self.beginning if self.in_cache else 0,
            cache_write=0 if self.in_cache else self.beginning,
        )
        self.in_cache = True
        scene.generate(step, SONNET, used)
        answer = anthropic_answer(content, SONNET, used, scene.hex(12))
        recording.end(step, answer, usage_metadata=used.as_metadata())
        self.messages.append({"role": "assistant", "content": content})
        return True

    def _use(self, recording: Recording, name: str, arguments: Json, result: Json) -> None:
        step = recording.begin(name, "tool", arguments, parent=recording.root)
        if name == "track_parcel" and self.scene.random.random() < 0.12:
            self.scene.wait(10)
            error = "TimeoutError: the carrier did not answer within 10 s"
            recording.end(step, error=error)
            content: object = error
        else:
            self.scene.wait(0.3 if name != "track_parcel" else 1.1)
            recording.end(step, {"output": result})
            content = result
        block = {"type": "tool_result", "tool_use_id": f"toolu_{name}", "content": str(content)}
        self.messages.append({"role": "user", "content": [block]})

    def _order(self) -> Json:
        return {
            "number": self.number,
            "state": "sent",
            "lines": [
                {"article": "Broad bean 'Aquadulce', 60 seeds", "amount": 1, "price": "3.90"},
                {"article": "Fig tree 'Brown Turkey', 3 litres", "amount": 1, "price": "24.90"},
            ],
            "deliveries": [
                {"carrier": "letter", "tracking": ""},
                {"carrier": "parcel", "tracking": self.tracking},
            ],
            "remarks": "",
        }

    def _events(self) -> Json:
        day = f"{self.scene.now:%Y-%m-%d}"
        return {
            "tracking": self.tracking,
            "events": [
                {"time": f"{day}T06:12", "place": "Lyon", "what": "in the sorting centre"},
                {"time": f"{day}T02:40", "place": "Angers", "what": "left the nursery"},
            ],
        }
