"""The ports that OpenTelemetry's exporters find without being told: 4318 for HTTP, 4317 for gRPC."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import grpc
import pytest

from clients.serving import Running, served

SENT = Path(__file__).parents[1] / "conformance/otlp/reference/otel-genai-openai-latest"
TRACES = (SENT / "001.POST.v1_traces.pb").read_bytes()
SPAN = "since=2020-01-01T00:00:00Z&until=2040-01-01T00:00:00Z"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with served(tmp_path / "data", "--otlp-port", "0", "--grpc-port", "0") as running:
        yield running


def test_each_port_takes_spans_and_together_they_are_stored_once(server: Running) -> None:
    over_http, over_grpc = server.others
    request = Request(f"http://{over_http}/v1/traces", TRACES, {"Content-Type": "application/x-protobuf"})
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - our own
        assert answer.status == 200
    assert export(over_grpc, "trace.v1.TraceService", TRACES) == b""
    tokens = server.get(f"/econome/v1/overview?{SPAN}")["totals"]["tokens"]
    assert (tokens["input"], tokens["output"]) == (7816, 1350)


def test_grpc_says_what_was_wrong_in_its_own_codes(server: Running) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        export(server.others[1], "trace.v1.TraceService", b"\xff\xff")
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "The body is no protobuf" in refused.value.details()


def test_grpc_knows_keys(tmp_path: Path) -> None:
    data = tmp_path / "guarded"
    make = [sys.executable, "-m", "econome.cli", "keys", "create", "--name", "app", "--data", str(data)]
    key = subprocess.run(make, capture_output=True, text=True, check=True).stdout.split("eco_")[1].split()[0]
    with served(data, "--grpc-port", "0") as server:
        (over_grpc,) = server.others
        with pytest.raises(grpc.RpcError) as refused:
            export(over_grpc, "trace.v1.TraceService", TRACES)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        bearer = (("authorization", f"Bearer eco_{key}"),)
        assert export(over_grpc, "trace.v1.TraceService", TRACES, bearer) == b""


def test_a_port_that_is_taken_is_named_with_its_flag(server: Running, tmp_path: Path) -> None:
    taken = server.others[0].rpartition(":")[2]
    command = [sys.executable, "-m", "econome.cli", "serve", "--port", "0", "--data", str(tmp_path / "other")]
    for flag in ("--otlp-port", "--grpc-port"):
        done = subprocess.run([*command, flag, taken], capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert taken in done.stderr
        assert flag in done.stderr


def export(address: str, service: str, body: bytes, metadata: Any = ()) -> bytes:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/opentelemetry.proto.collector.{service}/Export")
        answer: bytes = call(body, metadata=metadata, timeout=30)
        return answer
