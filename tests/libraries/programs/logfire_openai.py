# /// script
# dependencies = ["logfire", "openai"]
#
# [tool.econome]
# title = "Logfire for OpenAI"
# ///
"""Logfire, sending to OpenTelemetry's address instead of its own."""

import conversations
import logfire
from openai import OpenAI

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_openai()
conversations.openai_all(OpenAI())
logfire.shutdown()
