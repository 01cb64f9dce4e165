"""An app whose one function asks a model; run by bench/tracing.py in a process of its own.

`python -m bench.traced_app PROVIDER MILLISECONDS ROUNDS CALLS` prints, as JSON, the latency of each
call and the processor time of each round, by how the function was called.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from langsmith import Client, traceable, tracing_context

QUESTION = "Why do apples fall, and why does the moon not? " * 12
MODES = ("plain", "off", "on")
"""The function itself; decorated, with tracing off; decorated, with tracing on."""

Ask = Callable[[str], Mapping[str, Any]]


def main(provider: str, milliseconds: int, rounds: int, calls: int) -> None:
    plain = _asking(provider, milliseconds)
    metadata = {"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"}
    traced: Ask = traceable(run_type="llm", name="ask", metadata=metadata)(plain)
    client = Client()
    latencies: dict[str, list[float]] = {mode: [] for mode in MODES}
    cpu: dict[str, list[float]] = {mode: [] for mode in MODES}
    _round(client, traced, "on", 5)  # connections, the client's threads, /info
    for number in range(rounds):
        for place in range(len(MODES)):
            mode = MODES[(number + place) % len(MODES)]  # none is always the first
            before = time.process_time()
            latencies[mode] += _round(client, plain if mode == "plain" else traced, mode, calls)
            cpu[mode].append((time.process_time() - before) / calls)
    print(json.dumps({"latencies": latencies, "cpu": cpu, "traced": rounds * calls + 5}))


def _round(client: Client, ask: Ask, mode: str, calls: int) -> list[float]:
    """The latencies; what is left to send afterwards is in the round's processor time only."""
    latencies = []
    with tracing_context(enabled=mode == "on", client=client):
        for _ in range(calls):
            start = time.perf_counter()
            ask(QUESTION)
            latencies.append(time.perf_counter() - start)
    client.flush()
    return latencies


def _asking(provider: str, milliseconds: int) -> Ask:
    connection = http.client.HTTPConnection(provider)

    def ask(question: str) -> Mapping[str, Any]:
        body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": question}]})
        connection.request("POST", f"/{milliseconds}", body, {"content-type": "application/json"})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        given, generated = answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]
        answer["usage_metadata"] = {
            "input_tokens": given,
            "output_tokens": generated,
            "total_tokens": given + generated,
        }
        return answer

    return ask


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
