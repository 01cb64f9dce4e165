# /// script
# dependencies = ["langfuse==5.0.4", "langchain>=1", "langchain-openai>=1"]
#
# [tool.econome]
# title = "Langfuse 5 for LangChain and LangGraph"
#
# [[tool.econome.lost]]
# calls = "embeddings"
# what = ["call"]
# why = "LangChain tells no callback of its embeddings"
# ///
"""Langfuse's callback handler."""

from contextvars import ContextVar

import langchain_talk
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook
from langfuse import get_client
from langfuse.langchain import CallbackHandler

handler: ContextVar[BaseCallbackHandler | None] = ContextVar("handler", default=None)
register_configure_hook(handler, inheritable=True)
handler.set(CallbackHandler())
langchain_talk.all_calls()
get_client().shutdown()
