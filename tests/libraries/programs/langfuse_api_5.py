# /// script
# dependencies = ["langfuse==5.0.4"]
#
# [tool.econome]
# title = "Langfuse 5 asks: its prompts, scores and media"
# asks = true
# ///
"""What Langfuse's SDK of version 5 asks and is answered: it fails where an answer is not what it was."""

from typing import Any

import langfuse_talk
from langfuse import get_client

client = get_client()


def _scores(least: int) -> list[Any]:
    found = client.api.scores.get_many(trace_id=trace_id, fields="details,subject").data
    return found if len(found) >= least else []


trace_id = langfuse_talk.all_of(client, "five")
scores = {score.name: score for score in langfuse_talk.until(lambda: _scores(2))}
assert (scores["stars"].value, scores["stars"].comment) == (4.0, "good"), scores
assert (scores["tone"].value, scores["tone"].subject.kind) == ("kind", "observation"), scores
client.shutdown()
