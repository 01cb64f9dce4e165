# /// script
# dependencies = ["langfuse==5.0.4", "openai"]
#
# [tool.econome]
# title = "Langfuse 5: its OpenAI, observations, scores and prompts"
# labels = ["user anna", "session thread-1", "tag beta"]
# ///
"""Langfuse's own OpenAI client inside an observed function."""

import contextlib

import conversations
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI

client = get_client()
assert client.auth_check()


@observe
def app(question: str) -> str:
    """What a user's function looks like."""
    with propagate_attributes(user_id="anna", session_id="thread-1", tags=["beta"], metadata={"tries": "3"}):
        conversations.openai_all(OpenAI())
        client.score_current_trace(name="stars", value=4, comment="good")
        prompt = client.get_prompt("greet")
        with client.start_as_current_observation(
            name="greeting", as_type="generation", model="gpt-4o-mini", prompt=prompt, input=question
        ) as generation:
            generation.update(output="Hello")
    return "done"


with contextlib.suppress(Exception):
    app("Peel?")
client.flush()
client.shutdown()
