"""The shop's assistant: a conversation of several turns, each a chain that looks things up first."""

from __future__ import annotations

from collections.abc import Iterator

from econome.sample.models import (
    EMBEDDING,
    GPT_41_MINI,
    MISTRAL_SMALL,
    Message,
    Used,
    about,
    as_langchain,
    langchain_answer,
    tokens_in,
)
from econome.sample.recording import Json, Recording
from econome.sample.scene import Scene, prose

SMALLEST_CACHED_PROMPT = 1_024  # OpenAI, prompt caching: from 1,024 tokens, in steps of 128
CACHE_STEP = 128


def conversation(scene: Scene) -> Iterator[Recording]:
    """One customer's conversation: a trace for each turn, all in one session."""
    topics = scene.texts["topics"]
    topic = topics[scene.random.randrange(len(topics))]
    turns = [(topic["question"], topic["answer"])]
    if scene.random.random() < 0.7:
        turns.append((topic["follow_up"], topic["second_answer"]))
    while scene.random.random() < 0.35 and len(turns) < 6:
        other = topics[scene.random.randrange(len(topics))]
        turns.append((other["question"], other["answer"]))
    session = f"conversation-{scene.hex(8)}"
    kiosk = scene.random.random() < 0.12  # an old client that asks its streams for no usage
    history: list[Message] = []
    for number, (question, answer) in enumerate(turns):
        yield _turn(scene, number, session, question, answer, history, kiosk=kiosk)
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        scene.wait(40)


def _turn(
    scene: Scene,
    number: int,
    session: str,
    question: str,
    answer: str,
    history: list[Message],
    *,
    kiosk: bool,
) -> Recording:
    tags = ("support", "kiosk" if kiosk else "web")
    recording = scene.record(
        "answer_customer", {"question": question}, str(number), session=session, tags=tags
    )
    root = recording.root
    _classify(scene, recording, question)
    articles = _find_articles(scene, recording, question)
    rules = prose("rules")
    context = "\n\n".join(f"# {article['title']}\n{article['article']}" for article in articles)
    messages: list[Message] = [
        {"role": "system", "content": f"{rules}\n<articles>\n{context}\n</articles>"},
        *history,
        {"role": "user", "content": question},
    ]
    text = "\n".join(str(message["content"]) for message in messages)
    used = Used(
        tokens_in(rules) + tokens_in(text[len(rules) :], scene.language) + 4 * len(messages),
        tokens_in(answer, scene.language),
        cache_read=_cached(history, scene),
    )
    call = recording.begin(
        "ChatOpenAI",
        "llm",
        as_langchain(messages),
        parent=root,
        metadata=about(GPT_41_MINI, temperature=0.3, max_tokens=400),
        params={"model": GPT_41_MINI.asked, "temperature": 0.3, "max_tokens": 400, "stream": True},
    )
    if scene.outage and scene.random.random() < 0.6:
        scene.wait(8)
        error = (
            "RateLimitError: 429 Rate limit reached for gpt-4.1-mini on tokens per min (TPM): limit 200000"
        )
        recording.end(call, error=error)
        recording.end(root, error=error)
        return recording
    scene.generate(call, GPT_41_MINI, used, stream=True)
    known: Json = {} if kiosk else {"usage_metadata": used.as_metadata()}
    recording.end(call, langchain_answer(answer, GPT_41_MINI, None if kiosk else used), **known)
    recording.end(root, {"answer": answer})
    return recording


def _cached(history: list[Message], scene: Scene) -> int:
    """What OpenAI's cache still has of the turn before: the rules and the articles."""
    if not history:
        return 0
    spoken = sum(tokens_in(str(message["content"]), scene.language) for message in history)
    kept = (tokens_in(prose("rules")) + 3 * 130 + spoken) // CACHE_STEP * CACHE_STEP
    return kept if kept >= SMALLEST_CACHED_PROMPT and scene.random.random() < 0.85 else 0


def _classify(scene: Scene, recording: Recording, question: str) -> None:
    instruction = "Say in one word what this is about: plants, seeds, delivery, return, other."
    step = recording.begin(
        "ChatMistralAI",
        "llm",
        as_langchain([{"role": "system", "content": instruction}, {"role": "user", "content": question}]),
        parent=recording.root,
        metadata=about(MISTRAL_SMALL, temperature=0.0, max_tokens=5),
        params={"model": MISTRAL_SMALL.asked, "temperature": 0.0, "max_tokens": 5},
        tags=("classifier",),
    )
    used = Used(tokens_in(instruction) + tokens_in(question, scene.language) + 9, 2)
    scene.generate(step, MISTRAL_SMALL, used)
    answer = scene.random.choice(("plants", "seeds", "delivery"))
    recording.end(step, langchain_answer(answer, MISTRAL_SMALL, used), usage_metadata=used.as_metadata())


def _find_articles(scene: Scene, recording: Recording, question: str) -> list[Json]:
    finder = recording.begin("find_articles", "retriever", {"query": question}, parent=recording.root)
    used = {"input_tokens": tokens_in(question, scene.language), "output_tokens": 0}
    step = recording.begin(
        "OpenAIEmbeddings",
        "embedding",
        {"texts": [question]},
        parent=finder,
        metadata=about(EMBEDDING, "embedding"),
        params={"model": EMBEDDING.asked},
    )
    scene.wait(0.12)
    total = used | {"total_tokens": used["input_tokens"]}
    recording.end(step, {"vectors": 1, "dimensions": 1536}, usage_metadata=total)
    scene.wait(0.03)
    topics: list[Json] = scene.texts["topics"]
    found = [next(topic for topic in topics if question in (topic["question"], topic["follow_up"]))]
    found += scene.random.sample([topic for topic in topics if topic not in found], min(2, len(topics) - 1))
    documents = [
        {
            "page_content": topic["article"],
            "metadata": {"title": topic["title"], "score": round(0.91 - 0.17 * rank, 2)},
            "type": "Document",
        }
        for rank, topic in enumerate(found)
    ]
    recording.end(finder, {"documents": documents})
    return found
