# /// script
# dependencies = ["langfuse==3.15.0", "openai"]
#
# [tool.econome]
# title = "Langfuse 3: its OpenAI, observations and scores"
# labels = ["user anna", "session thread-1", "tag beta"]
# ///
"""Langfuse's own OpenAI client inside an observed function."""

import conversations
from langfuse import get_client, observe
from langfuse.openai import OpenAI

client = get_client()
assert client.auth_check()


@observe
def app(question: str) -> str:
    """What a user's function looks like."""
    client.update_current_trace(user_id="anna", session_id="thread-1", tags=["beta"], metadata={"tries": 3})
    conversations.openai_all(OpenAI())
    client.score_current_trace(name="stars", value=4, comment="good")
    return question


app("Peel?")
client.flush()
client.shutdown()
