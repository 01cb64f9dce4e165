# /// script
# dependencies = ["logfire", "anthropic"]
#
# [tool.econome]
# title = "Logfire for Anthropic"
# ///
"""Logfire, sending to OpenTelemetry's address instead of its own."""

import conversations
import logfire
from anthropic import Anthropic

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_anthropic()
conversations.anthropic_all(Anthropic())
logfire.shutdown()
