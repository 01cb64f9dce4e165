# /// script
# dependencies = ["langfuse==2.60.10"]
#
# [tool.econome]
# title = "Langfuse 2 asks: its prompts and scores"
# asks = true
#
# [tool.econome.environment]
# LANGFUSE_PUBLIC_KEY = "langfuse-api-2"
# ///
"""What Langfuse's SDK of version 2 asks and is answered: it fails where an answer is not what it was."""

import time
from collections.abc import Callable
from typing import Any

from langfuse import Langfuse


def until(found: Callable[[], Any]) -> Any:
    """What is found, once it is: what is sent is stored a moment later."""
    for _ in range(100):
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError("it never came")


client = Langfuse()
assert client.auth_check()
assert client.get_prompt("two", fallback="Hi {{name}}", max_retries=1).compile(name="Anna") == "Hi Anna"
made = client.create_prompt(name="two", prompt="Hello {{name}}", labels=["production"], config={"a": 1})
assert (made.version, made.labels) == (1, ["production", "latest"]), made.labels
client.create_prompt(name="two", prompt="Hey {{name}}", labels=["staging"])
prompt = client.get_prompt("two", cache_ttl_seconds=0)
assert (prompt.version, prompt.compile(name="Anna"), prompt.config) == (1, "Hello Anna", {"a": 1})
assert client.get_prompt("two", label="staging").version == 2

client.create_dataset(name="capitals two", description="of countries")
client.create_dataset_item(dataset_name="capitals two", input={"q": "France?"}, expected_output="Paris")
(item,) = client.get_dataset("capitals two").items
assert (item.input, item.expected_output) == ({"q": "France?"}, "Paris"), item

trace = client.trace(id="a text for an id", name="work", user_id="anna", session_id="thread-1", tags=["beta"])
span = trace.span(name="outer", input="in")
inner = span.span(name="inner", input="Hello")
inner.end(output="Hi")
span.event(name="noted")
span.end(output="out")
trace.score(name="stars", value=4, comment="good")
inner.score(name="tone", value="kind")
client.flush()
scores = until(lambda: (s := client.api.score.get(name="stars").data) and s)
assert (scores[0].value, scores[0].comment, scores[0].trace_id) == (4.0, "good", "a text for an id"), scores
assert until(lambda: client.api.score.get(name="tone").data)[0].string_value == "kind"
client.shutdown()
