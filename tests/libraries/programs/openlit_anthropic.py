# /// script
# dependencies = ["openlit", "anthropic"]
#
# [tool.econome]
# title = "OpenLIT for Anthropic"
# ///
"""OpenLIT, which gives Anthropic's input without its cache."""

import os

import conversations
import openlit
from anthropic import Anthropic
from opentelemetry import metrics, trace

openlit.init(otlp_endpoint=os.environ["ECONOME"], application_name=os.environ["PROJECT"])
conversations.anthropic_all(Anthropic())
trace.get_tracer_provider().shutdown()
metrics.get_meter_provider().shutdown()
