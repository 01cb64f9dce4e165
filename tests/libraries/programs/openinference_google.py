# /// script
# dependencies = [
#     "openinference-instrumentation-google-genai",
#     "google-genai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenInference for Google's GenAI SDK"
# ///
"""OpenInference, which puts thoughts into the output."""

import conversations
from google import genai
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor

import otlp

with otlp.traces() as provider:
    GoogleGenAIInstrumentor().instrument(tracer_provider=provider)
    conversations.gemini_all(genai.Client())
