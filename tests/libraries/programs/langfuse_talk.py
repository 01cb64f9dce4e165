"""What the programs of Langfuse's SDK ask from version 3 on; a wrong answer ends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from langfuse import Evaluation
from langfuse.media import LangfuseMedia

PICTURE = b"\x89PNG a very small one"


def until(found: Callable[[], Any]) -> Any:
    """What is found, once it is: what is sent is stored a moment later."""
    for _ in range(100):
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError("it never came")


def all_of(client: Any, name: str) -> str:
    """Prompts, then a trace with scores and a picture, whose id this gives."""
    assert client.auth_check()
    assert client.get_prompt(name, fallback="Hi {{name}}", max_retries=0).compile(name="Anna") == "Hi Anna"
    _prompts(client, name)
    with client.start_as_current_observation(name="app", as_type="agent", input={"question": "Peel?"}):
        trace_id: str = client.get_current_trace_id()
        with client.start_as_current_observation(name="look up", as_type="retriever", input="Hello"):
            client.score_current_span(name="tone", value="kind", data_type="CATEGORICAL")
        picture = LangfuseMedia(content_bytes=PICTURE, content_type="image/png")
        with client.start_as_current_observation(name="look", as_type="tool", input={"image": picture}):
            pass
        client.score_current_trace(name="stars", value=4, comment="good")
    client.flush()
    _datasets(client, name)
    media = until(lambda: _media(client, picture._media_id))
    assert (media.content_type, media.content_length) == ("image/png", len(PICTURE)), media
    return trace_id


def _prompts(client: Any, name: str) -> None:
    made = client.create_prompt(name=name, prompt="Hello {{name}}", labels=["production"], config={"a": 1})
    assert (made.version, made.labels) == (1, ["production", "latest"]), made.labels
    client.create_prompt(name=name, prompt="Hey {{name}}", labels=["staging"])
    prompt = client.get_prompt(name, cache_ttl_seconds=0)
    assert (prompt.version, prompt.compile(name="Anna"), prompt.config) == (1, "Hello Anna", {"a": 1})
    client.update_prompt(name=name, version=2, new_labels=["production"])
    assert client.get_prompt(name, cache_ttl_seconds=0).version == 2
    assert client.get_prompt(name, version=1, cache_ttl_seconds=0).version == 1
    messages = [{"role": "system", "content": "Be {{how}}"}]
    client.create_prompt(name=f"folder/{name}", type="chat", prompt=messages, labels=["production"])
    chat = client.get_prompt(f"folder/{name}", type="chat", cache_ttl_seconds=0)
    assert chat.compile(how="brief") == [{"role": "system", "content": "Be brief"}], chat.prompt


def _media(client: Any, media_id: str) -> Any:
    try:
        return client.api.media.get(media_id)
    except Exception:  # noqa: BLE001 - not there yet
        return None


def _datasets(client: Any, name: str) -> None:
    client.create_dataset(name=f"capitals {name}", description="of countries")
    for country, capital in (("France?", "Paris"), ("Italy?", "Rome")):
        client.create_dataset_item(
            dataset_name=f"capitals {name}", input=country, expected_output=capital, metadata={"k": 1}
        )
    dataset = client.get_dataset(f"capitals {name}")
    assert [(one.input, one.expected_output) for one in dataset.items] == [
        ("France?", "Paris"),
        ("Italy?", "Rome"),
    ]

    def task(*, item: Any, **_: Any) -> str:
        return "Paris" if item.input else ""

    def exact(*, output: str, expected_output: str, **_: Any) -> Evaluation:
        return Evaluation(name="exact", value=float(output == expected_output))

    result = dataset.run_experiment(name="first", task=task, evaluators=[exact])
    assert [one.evaluations[0].value for one in result.item_results] == [1.0, 0.0], result
    client.flush()
