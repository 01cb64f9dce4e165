# /// script
# dependencies = [
#     "opentelemetry-instrumentation-genai-langchain",
#     "langchain>=1",
#     "langchain-openai>=1",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenTelemetry for LangChain and LangGraph"
#
# [tool.econome.environment]
# OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "span_and_event"
# OTEL_SEMCONV_STABILITY_OPT_IN = "gen_ai_latest_experimental"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
# ///
"""OpenTelemetry's own instrumentation of LangChain."""

import langchain_talk
from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor

import otlp

with otlp.everything() as providers:
    LangChainInstrumentor().instrument(**providers)
    langchain_talk.all_calls()
