# /// script
# dependencies = ["mlflow==3.17.2", "openai", "opentelemetry-exporter-otlp-proto-http"]
#
# [tool.econome]
# title = "MLflow's tracing of OpenAI"
#
# [tool.econome.environment]
# OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = "http/protobuf"
# MLFLOW_ENABLE_ASYNC_TRACE_LOGGING = "false"
# ///
"""MLflow, sending to an OTLP address instead of its own server."""

import os

import conversations

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = os.environ["ECONOME"] + "/v1/traces"
import mlflow
from openai import OpenAI

mlflow.openai.autolog()


@mlflow.trace
def app(question: str) -> str:
    """What a user's function looks like."""
    conversations.openai_all(OpenAI())
    return question


app("Peel?")
