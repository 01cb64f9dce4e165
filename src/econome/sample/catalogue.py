"""What the shop writes and reads itself: descriptions, moderation, digests of comments, old slogans."""

from __future__ import annotations

from datetime import datetime, timedelta

from econome.sample.models import (
    GPT_5_MINI,
    HAIKU,
    HOME_GROWN,
    MISTRAL_SMALL,
    Used,
    about,
    anthropic_answer,
    as_langchain,
    langchain_answer,
    openai_answer,
    tokens_in,
)
from econome.sample.recording import Recording
from econome.sample.scene import LANGUAGES, Scene, texts


def description(scene: Scene) -> Recording:
    """A description written with thought, then translated into all languages at the same time."""
    facts, written = scene.texts["facts"], scene.texts["description"]
    recording = scene.record(
        "describe_product", {"facts": facts, "language": scene.language}, tags=("catalogue",)
    )
    instruction = "Describe this plant for the catalogue in two sentences. No superlatives, no promises."
    step = recording.begin(
        "ChatOpenAI",
        "llm",
        {"messages": [{"role": "system", "content": instruction}, {"role": "user", "content": facts}]},
        parent=recording.root,
        metadata=about(GPT_5_MINI, max_tokens=2000),
        params={"model": GPT_5_MINI.asked, "max_completion_tokens": 2000, "reasoning_effort": "medium"},
    )
    reasoning = scene.random.randrange(128, 1200, 64)
    size = tokens_in(instruction) + tokens_in(facts, scene.language) + 8
    used = Used(size, tokens_in(written, scene.language) + reasoning, reasoning=reasoning)
    scene.generate(step, GPT_5_MINI, used)
    answer = openai_answer(written, GPT_5_MINI, used, scene.hex(12))
    recording.end(step, answer, usage_metadata=used.as_metadata())
    _translate(scene, recording, written)
    recording.end(recording.root, {"description": written, "languages": list(LANGUAGES)})
    return recording


def _translate(scene: Scene, recording: Recording, written: str) -> None:
    group = recording.begin("translate", "chain", {"text": written}, parent=recording.root)
    start = scene.now
    ends: list[datetime] = []
    for language in (one for one in LANGUAGES if one != scene.language):
        scene.now = start + timedelta(milliseconds=3 * len(ends))
        request = f"Translate into {language}, keep the tone and the numbers:\n{written}"
        step = recording.begin(
            "ChatMistralAI",
            "llm",
            as_langchain([{"role": "user", "content": request}]),
            parent=group,
            metadata=about(MISTRAL_SMALL, temperature=0.2),
            params={"model": MISTRAL_SMALL.asked, "temperature": 0.2},
        )
        translated = texts(language)["description"]
        used = Used(tokens_in(request, scene.language) + 5, tokens_in(translated, language))
        scene.generate(step, MISTRAL_SMALL, used)
        recording.end(
            step, langchain_answer(translated, MISTRAL_SMALL, used), usage_metadata=used.as_metadata()
        )
        ends.append(scene.now)
    scene.now = max(ends)
    recording.end(group, {"translations": len(ends)})


def moderation(scene: Scene) -> Recording:
    """A comment judged by a model of the shop's own, which no catalogue prices."""
    comments = scene.texts["comments"]
    comment = comments[scene.random.randrange(len(comments))]
    recording = scene.record("moderate_comment", {"comment": comment}, tags=("moderation",))
    instruction = "Answer publish, hide or ask: is this comment about plants or the shop, and polite?"
    step = recording.begin(
        "ChatOpenAI",
        "llm",
        as_langchain([{"role": "system", "content": instruction}, {"role": "user", "content": comment}]),
        parent=recording.root,
        metadata=about(HOME_GROWN, temperature=0.0, max_tokens=3),
        params={"model": HOME_GROWN.asked, "temperature": 0.0, "max_tokens": 3},
    )
    used = Used(tokens_in(instruction) + tokens_in(comment, scene.language) + 9, 2)
    scene.generate(step, HOME_GROWN, used)
    verdict = "hide" if "!!!" in comment else "publish"
    recording.end(step, langchain_answer(verdict, HOME_GROWN, used), usage_metadata=used.as_metadata())
    recording.end(recording.root, {"verdict": verdict})
    return recording


def digest(scene: Scene) -> Recording:
    """The night's work: each language's comments summed up, then one page for the shop's owner."""
    recording = scene.record("nightly_digest", {"languages": list(LANGUAGES)}, tags=("batch",))
    summaries = []
    for language in LANGUAGES:
        comments = texts(language)["comments"] * 5
        request = "Sum up these comments in one sentence, with numbers:\n- " + "\n- ".join(comments)
        step = recording.begin(
            "ChatAnthropic",
            "llm",
            {"messages": [{"role": "user", "content": request}], "model": HAIKU.asked},
            parent=recording.root,
            metadata=about(HAIKU, max_tokens=300) | {"language": language},
            params={"model": HAIKU.asked, "max_tokens": 300},
        )
        summary = (
            f"{len(comments)} comments ({language}): most are pleased, one in six had a damaged delivery."
        )
        used = Used(tokens_in(request, language) + 10, tokens_in(summary))
        scene.generate(step, HAIKU, used)
        answer = anthropic_answer([{"type": "text", "text": summary}], HAIKU, used, scene.hex(12))
        recording.end(step, answer, usage_metadata=used.as_metadata())
        summaries.append(summary)
    request = "Write the owner's morning page from these sums:\n" + "\n".join(summaries)
    step = recording.begin(
        "ChatOpenAI",
        "llm",
        {"messages": [{"role": "user", "content": request}]},
        parent=recording.root,
        metadata=about(GPT_5_MINI, max_tokens=4000),
        params={"model": GPT_5_MINI.asked, "max_completion_tokens": 4000, "reasoning_effort": "high"},
    )
    page = (
        "Good morning. "
        + " ".join(summaries)
        + " Damaged deliveries are the theme of the day: ask the packers."
    )
    used = Used(tokens_in(request) + 7, tokens_in(page) + 1_856, reasoning=1_856)
    scene.generate(step, GPT_5_MINI, used)
    answer = openai_answer(page, GPT_5_MINI, used, scene.hex(12))
    recording.end(step, answer, usage_metadata=used.as_metadata())
    recording.end(recording.root, {"page": page})
    return recording


def slogan(scene: Scene) -> Recording:
    """An old corner of the shop: a T5 in the process. LangChain's pipeline reports no tokens."""
    prompt = f"Write a slogan: {scene.texts['facts']}"
    recording = scene.record("write_slogan", {"facts": scene.texts["facts"]}, tags=("catalogue", "legacy"))
    step = recording.begin(
        "HuggingFacePipeline",
        "llm",
        {"prompts": [prompt]},
        parent=recording.root,
        metadata={"ls_model_type": "llm"},
        params={
            "model_id": "google/flan-t5-base",
            "pipeline_kwargs": {"max_new_tokens": 60, "temperature": 0.7},
        },
    )
    scene.wait(2.4)
    answer = str(scene.texts["description"]).partition(":")[0]
    generation = {"text": answer, "generation_info": None, "type": "Generation"}
    recording.end(step, {"generations": [[generation]], "llm_output": None, "type": "LLMResult"})
    recording.end(recording.root, {"slogan": answer})
    return recording
