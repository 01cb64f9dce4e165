# /// script
# dependencies = ["langfuse==3.15.0"]
#
# [tool.econome]
# title = "Langfuse 3 asks: its prompts, scores and media"
# asks = true
# ///
"""What Langfuse's SDK of version 3 asks and is answered: it fails where an answer is not what it was."""

from typing import Any

import langfuse_talk
from langfuse import get_client

client = get_client()


def _scores(least: int) -> list[Any]:
    found = [one for one in client.api.score_v_2.get().data if one.trace_id == trace_id]
    return found if len(found) >= least else []


trace_id = langfuse_talk.all_of(client, "three")
scores = {score.name: score for score in langfuse_talk.until(lambda: _scores(2))}
assert (scores["stars"].value, scores["stars"].comment) == (4.0, "good"), scores
assert scores["tone"].string_value == "kind", scores
client.shutdown()
