# /// script
# dependencies = ["langsmith[otel]", "langchain>=1", "langchain-openai>=1"]
#
# [tool.econome]
# title = "LangSmith, sending both ways at once"
#
# [tool.econome.environment]
# LANGSMITH_TRACING = "true"
# LANGSMITH_TRACING_MODE = "hybrid"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
#
# [[tool.econome.lost]]
# calls = "failing chat"
# what = ["twice"]
# why = "its span has an id that is not the run's, and a refusal has neither tokens nor an answer's id"
# ///
"""LangChain's tracer, whose runs leave as spans and as runs."""

import langchain_talk
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.run_trees import get_cached_client
from opentelemetry import trace

langchain_talk.all_calls()
wait_for_all_tracers()
get_cached_client().flush()
trace.get_tracer_provider().shutdown()
