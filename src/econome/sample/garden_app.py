"""A small real app: it looks articles up, uses tools, talks over several turns, and once fails.

Nothing of it is staged but the questions: times, tokens and cache hits are the model's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from secrets import token_hex

from econome.sample.local_model import CONTEXT_TOKENS, NAME, PROVIDER, CallFailed, LocalModel
from econome.sample.marks import DEMO
from econome.sample.recording import Json, Recording, Step
from econome.sample.scene import prose, texts

ANSWER_TOKENS = 60
TALKS: tuple[tuple[str, ...], ...] = (
    (
        "Why do my tomato leaves curl in hot weather?",
        "And in the greenhouse?",
        "How many litres do 8 plants need at 10 litres each?",
    ),
    ("My compost smells of rotten eggs. Why?", "I have 12 litres of grass clippings. Do they help?"),
    ("How do I stop slugs eating my lettuce?", "Are nematodes safe for hedgehogs?"),
    ("How many broad beans for 2 rows of 6 metres?",),
)


class Outbox:
    """Tells the server of steps as they begin and end, as an SDK does."""

    def __init__(self, send: Callable[[Sequence[tuple[str, Json]]], None]) -> None:
        self._send = send
        self._waiting: list[tuple[str, Json]] = []
        self._open: list[Recording] = []

    def record(self, name: str, inputs: Json, session: str, *tags: str) -> Recording:
        """A new trace, begun now."""
        recording = Recording(DEMO.name, lambda: datetime.now(UTC), token_hex(8), self._note)
        self._open = [recording]
        metadata = DEMO.metadata | {"user_id": "you", "environment": "demo", "session_id": session}
        recording.begin(name, "chain", inputs, metadata=metadata, tags=tags)
        return recording

    def flush(self) -> None:
        """Sends what waits."""
        waiting, self._waiting = self._waiting, []
        self._send(waiting)

    def abandon(self, error: str) -> None:
        """Ends what is still open: nothing stays pending for ever."""
        for recording in self._open:
            recording.abandon(error)
        self.flush()

    def _note(self, step: Step) -> None:
        self._waiting.append(("post", step.post()) if step.ended_at is None else ("patch", step.patch()))


def conversations(model: LocalModel, outbox: Outbox) -> list[Callable[[], None]]:
    """All that the demo does, turn by turn; each is one trace."""
    turns: list[Callable[[], None]] = []
    for talk in TALKS:
        history: list[Json] = []
        session = f"demo-{token_hex(4)}"
        for number, question in enumerate(talk):
            # One app forgets to ask its streams for usage, as many do: its tokens are unknown.
            forgets = talk is TALKS[2] and number == 1
            turns.append(partial(_answer, model, outbox, session, question, history, with_usage=not forgets))
    turns.append(partial(_sum_up, model, outbox))
    turns.append(partial(_too_long, model, outbox))
    return turns


def _answer(
    model: LocalModel, outbox: Outbox, session: str, question: str, history: list[Json], *, with_usage: bool
) -> None:
    recording = outbox.record("answer_customer", {"question": question}, session, "support")
    article = _find_article(recording, " ".join([question, *(str(said["content"]) for said in history)]))
    known = article["article"] + _use_tools(recording, question)
    system = f"You are a gardener. Answer in one short sentence. Use only this:\n{known}"
    messages: list[Json] = [
        {"role": "system", "content": system},
        *history,
        {"role": "user", "content": question},
    ]
    step = _begin_call(recording, messages, stream=True)
    outbox.flush()
    answer, usage = "", None
    try:
        for chunk in model.stream(messages, max_tokens=ANSWER_TOKENS, with_usage=with_usage):
            if chunk.text and not answer:
                step.first_token()
            answer += chunk.text
            usage = chunk.usage or usage
    except CallFailed as error:
        _fail(recording, step, error)
    else:
        _end_call(recording, step, answer, usage)
        recording.end(recording.root, {"answer": answer})
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    outbox.flush()


def _find_article(recording: Recording, query: str) -> Json:
    """The article that shares most words with the query: a real search, if a simple one."""
    step = recording.begin("find_articles", "retriever", {"query": query}, parent=recording.root)
    wanted = set(re.findall(r"[a-z]{4,}", query.lower()))
    topics: list[Json] = texts("en")["topics"]
    scores = [len(wanted & set(re.findall(r"[a-z]{4,}", str(topic).lower()))) for topic in topics]
    best = max(range(len(topics)), key=scores.__getitem__)
    metadata = {"title": topics[best]["title"], "score": scores[best]}
    recording.end(step, {"documents": [{"page_content": topics[best]["article"], "metadata": metadata}]})
    return topics[best]


def _use_tools(recording: Recording, question: str) -> str:
    """Reckons what the question's numbers need: small models cannot."""
    numbers = [int(number) for number in re.findall(r"\d+", question)]
    if len(numbers) < 2:
        return ""
    product = 1
    for number in numbers:
        product *= number
    step = recording.begin("multiply", "tool", {"numbers": numbers}, parent=recording.root)
    recording.end(step, {"output": product})
    return f" {' times '.join(map(str, numbers))} is {product}."


def _sum_up(model: LocalModel, outbox: Outbox) -> None:
    """A call that is not streamed, over comments that came in."""
    comments = texts("en")["comments"]
    recording = outbox.record("sum_up_comments", {"comments": comments}, f"demo-{token_hex(4)}", "batch")
    request = "Are these comments mostly good or bad? Answer with one word.\n- " + "\n- ".join(comments)
    messages: list[Json] = [{"role": "user", "content": request}]
    step = _begin_call(recording, messages, stream=False)
    outbox.flush()
    answer = model.answer(messages, max_tokens=20)
    text = str(answer["choices"][0]["message"]["content"])
    _end_call(recording, step, text, answer["usage"])
    recording.end(recording.root, {"answer": text})
    outbox.flush()


def _too_long(model: LocalModel, outbox: Outbox) -> None:
    """A prompt longer than the model's context: a real error of a real server."""
    recording = outbox.record("translate_handbook", {"language": "fr"}, f"demo-{token_hex(4)}", "batch")
    messages: list[Json] = [{"role": "user", "content": "Translate into French:\n" + prose("handbook") * 4}]
    step = _begin_call(recording, messages, stream=False)
    outbox.flush()
    try:
        answer = model.answer(messages, max_tokens=CONTEXT_TOKENS)
    except CallFailed as error:
        _fail(recording, step, error)
    else:
        _end_call(recording, step, str(answer["choices"][0]["message"]["content"]), answer["usage"])
        recording.end(recording.root, {})
    outbox.flush()


def _begin_call(recording: Recording, messages: list[Json], *, stream: bool) -> Step:
    said = {"ls_provider": PROVIDER, "ls_model_name": NAME, "ls_model_type": "chat", "ls_temperature": 0.0}
    params = {"model": NAME, "temperature": 0, "max_tokens": ANSWER_TOKENS, "stream": stream}
    return recording.begin("SmolLM2", "llm", {"messages": messages}, recording.root, said, params)


def _end_call(recording: Recording, step: Step, answer: str, usage: Json | None) -> None:
    outputs: Json = {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}}],
        "model": NAME,
    }
    if usage is None:
        recording.end(step, outputs)
        return
    # As LangSmith's wrapper of OpenAI's client rewrites it.
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    metadata = {
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "total_tokens": usage["total_tokens"],
        "input_token_details": {"cache_read": cached},
        "output_token_details": {},
    }
    recording.end(step, outputs | {"usage_metadata": metadata}, usage_metadata=metadata)


def _fail(recording: Recording, step: Step, error: Exception) -> None:
    recording.end(step, error=str(error))
    recording.end(recording.root, error=str(error))
