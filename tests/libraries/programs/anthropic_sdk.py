# /// script
# dependencies = [
#     "anthropic>=2",
#     "opentelemetry-sdk",
#     "opentelemetry-exporter-otlp-proto-http",
# ]
#
# [tool.econome]
# title = "Anthropic's SDK, by itself"
# ///
"""The SDK's own spans: it sends them as soon as there is a provider of traces."""

import conversations
from anthropic import Anthropic

import otlp

with otlp.traces():
    conversations.anthropic_all(Anthropic())
