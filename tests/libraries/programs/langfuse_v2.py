# /// script
# dependencies = ["langfuse==2.60.10", "openai==1.109.1"]
#
# [tool.econome]
# project = "default"
# title = "Langfuse 2: batches of JSON"
# labels = ["user anna", "session thread-1", "tag beta"]
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "not wrapped by it"
#
# [[tool.econome.lost]]
# calls = "response stream"
# what = ["usage"]
# why = "not read of a stream of the responses API"
# ///
"""Langfuse's own OpenAI client inside an observed function, as it was before OpenTelemetry."""

import conversations
from langfuse.decorators import langfuse_context, observe
from langfuse.openai import OpenAI, openai

assert langfuse_context.client_instance.auth_check()


@observe()
def app(question: str) -> str:
    """What a user's function looks like."""
    langfuse_context.update_current_trace(
        user_id="anna", session_id="thread-1", tags=["beta"], metadata={"tries": 3}
    )
    conversations.openai_all(OpenAI())
    langfuse_context.score_current_trace(name="stars", value=4, comment="good")
    return question


app("Peel?")
langfuse_context.flush()
openai.flush_langfuse()
