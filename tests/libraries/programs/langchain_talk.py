"""What LangChain's programs do: a chain, streams, a tool, embeddings, an agent of LangGraph, a failure."""

import contextlib

from langchain.agents import create_agent
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


def all_calls() -> None:
    """All of it."""
    model = ChatOpenAI(model="gpt-4o-mini", temperature=0.5, max_retries=0)
    prompt = ChatPromptTemplate.from_messages([("system", "You are brief."), ("user", "{question}")])
    chain = prompt | model | StrOutputParser()
    chain.invoke({"question": "How do I peel an onion?"}, {"metadata": {"session_id": "thread-1"}})
    chain.invoke({"question": "The same, from what is cached."})
    chain.invoke({"question": "Take time to think."})
    told = ChatOpenAI(model="gpt-4o-mini", stream_usage=True)
    for question in ("Stream how to peel an onion.", "Stream what is cached."):
        for _ in (prompt | told).stream({"question": question}):
            pass
    silent = ChatOpenAI(model="gpt-4o-mini", stream_usage=False)
    for _ in (prompt | silent).stream({"question": "Stream in silence."}):
        pass
    agent = create_agent(ChatOpenAI(model="gpt-4o-mini"), [weather], name="forecaster")
    agent.invoke({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]})
    ChatOpenAI(model="gpt-4o-mini", use_responses_api=True).invoke("How do I peel an onion?")
    OpenAIEmbeddings(model="text-embedding-3-small", check_embedding_ctx_length=False).embed_documents(
        ["an onion"]
    )
    with contextlib.suppress(Exception):
        chain.invoke({"question": "Please fail."})
