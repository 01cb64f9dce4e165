# /// script
# dependencies = [
#     "opentelemetry-instrumentation-google-generativeai",
#     "google-genai",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "OpenLLMetry (Traceloop) for Google's GenAI SDK"
# ///
"""OpenLLMetry, whose output leaves the thoughts out."""

import conversations
from google import genai
from opentelemetry.instrumentation.google_generativeai import GoogleGenerativeAiInstrumentor

import otlp

with otlp.everything() as providers:
    GoogleGenerativeAiInstrumentor().instrument(**providers)
    conversations.gemini_all(genai.Client())
