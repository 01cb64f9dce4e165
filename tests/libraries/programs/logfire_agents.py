# /// script
# dependencies = ["logfire", "openai-agents"]
#
# [tool.econome]
# title = "Logfire for OpenAI's Agents SDK"
# ///
"""Agents and their calls, as Logfire writes them."""

import agents_talk
import logfire

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_openai_agents()
agents_talk.all_calls()
logfire.shutdown()
