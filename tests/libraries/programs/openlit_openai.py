# /// script
# dependencies = ["openlit", "openai"]
#
# [tool.econome]
# title = "OpenLIT for OpenAI"
#
# [[tool.econome.lost]]
# calls = "thinking chat*"
# what = ["reasoning"]
# why = "read of the responses API alone"
# ///
"""OpenLIT, which sends traces, metrics and logs."""

import os

import conversations
import openlit
from openai import OpenAI
from opentelemetry import metrics, trace

openlit.init(otlp_endpoint=os.environ["ECONOME"], application_name=os.environ["PROJECT"])
conversations.openai_all(OpenAI())
trace.get_tracer_provider().shutdown()
metrics.get_meter_provider().shutdown()
