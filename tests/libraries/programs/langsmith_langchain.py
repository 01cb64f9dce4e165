# /// script
# dependencies = ["langsmith", "langchain>=1", "langchain-openai>=1"]
#
# [tool.econome]
# title = "LangSmith for LangChain and LangGraph"
#
# [tool.econome.environment]
# LANGSMITH_TRACING = "true"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
# ///
"""LangChain's tracer, as it comes."""

import langchain_talk
from langchain_core.tracers.langchain import wait_for_all_tracers

langchain_talk.all_calls()
wait_for_all_tracers()
