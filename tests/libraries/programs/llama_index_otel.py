# /// script
# dependencies = [
#     "llama-index-observability-otel",
#     "llama-index-core",
#     "llama-index-llms-openai",
#     "llama-index-embeddings-openai",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "LlamaIndex's own spans"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["usage"]
# why = "LlamaIndex throws the usage of embeddings away"
#
# [[tool.econome.lost]]
# calls = "chat stream"
# what = ["usage"]
# why = "the span of a stream ends before its first chunk"
# ///
"""Chat, retrieval and an agent, each step a span and each call an event on it."""

import os

import llamaindex_talk
from llama_index.observability.otel import LlamaIndexOpenTelemetry
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.trace import get_tracer_provider

LlamaIndexOpenTelemetry(
    span_exporter=OTLPSpanExporter(), service_name_or_resource=os.environ["PROJECT"]
).start_registering()
llamaindex_talk.all_calls()
get_tracer_provider().shutdown()
