"""Who serves a model: one name per provider, whatever a client calls it."""

from __future__ import annotations

import re

ALIASES = {
    # LangChain's ls_provider, OpenTelemetry's gen_ai.provider.name and gen_ai.system, LiteLLM's prefixes
    "openai": "openai",
    "text-completion-openai": "openai",
    "azure": "azure",
    "azure_text": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "azure-openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azureopenai": "azure",
    "anthropic": "anthropic",
    "google": "google",
    "google_genai": "google",
    "google_vertexai": "google",
    "google_anthropic_vertex": "google",
    "google-genai": "google",
    "google-vertex": "google",
    "google.vertex": "google",
    "google.vertex.anthropic": "google",
    "googlegenerativeai": "google",
    "vertex": "google",
    "vertex.anthropic": "google",
    "vertex_ai_beta": "google",
    "gcp.vertex.ai": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "vertexai": "google",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "amazon_bedrock": "aws",
    "amazon-bedrock": "aws",
    "amazon": "aws",
    "aws": "aws",
    "aws.bedrock": "aws",
    "aws_bedrock": "aws",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "bedrockconverse": "aws",
    "anthropic_bedrock": "aws",
    "mistral": "mistral",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "codestral": "mistral",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "deepseek": "deepseek",
    "groq": "groq",
    "x-ai": "x-ai",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "perplexity": "perplexity",
    "perplexity_ai": "perplexity",
    "perplexityai": "perplexity",
    "moonshot": "moonshotai",
    "moonshot_ai": "moonshotai",
    "moonshotai": "moonshotai",
    "together": "together",
    "together_ai": "together",
    "togetherai": "together",
    "fireworks": "fireworks",
    "fireworks_ai": "fireworks",
    "openrouter": "openrouter",
    "cerebras": "cerebras",
    "voyage": "voyageai",
    "voyageai": "voyageai",
    "zai": "zai",
    "z_ai": "zai",
    "zhipuai": "zhipuai",
    "minimax": "minimax",
    "novita": "novita",
    "databricks": "databricks",
    "cloudflare": "cloudflare",
    "github-copilot": "github-copilot",
    "ovhcloud": "ovhcloud",
    "baseten": "baseten",
    "elevenlabs": "elevenlabs",
    "ibm.watsonx.ai": "watsonx",
    "watsonx": "watsonx",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "vllm": "vllm",
    "hosted_vllm": "vllm",
    "lmstudio": "lmstudio",
    "lm_studio": "lmstudio",
}
"""What others call a provider → what we call it, which is genai-prices' name where it has one."""

_SUFFIXES = tuple(
    f".{what}"
    for what in (
        *("chat", "responses", "completion", "embedding", "messages", "generative-ai"),
        *("transcription", "speech", "image", "reranking"),
    )
)
"""What Vercel's SDK puts behind a provider: openai.chat."""

_PREFIXES = frozenset(
    (
        *("anthropic", "azure", "azure_ai", "bedrock", "cerebras", "cohere", "cohere_chat", "deepseek"),
        *("fireworks_ai", "gemini", "groq", "hosted_vllm", "lm_studio", "mistral", "moonshot", "novita"),
        *("ollama", "ollama_chat", "openai", "openrouter", "perplexity", "together_ai", "vertex_ai"),
        *("voyage", "watsonx", "xai", "zai"),
    )
)
"""Prefixes of LiteLLM that tell who serves. Not among them: those that also own models on
Hugging Face (google/, mistralai/, meta-llama/), for such a model may run on the user's machine."""

_BY_MODEL = re.compile(
    r"""
      (?P<azure>      gpt-35- )
    | (?P<openai>     (?:ft:)?gpt-(?:[3-9]|image-|audio|realtime) | chatgpt- | o[134](?:-|$) | tts-1
                    | whisper-1$ | text-embedding-(?:3-|ada-) | (?:ft:)?(?:davinci|babbage)-002
                    | computer-use- | codex-mini )
    | (?P<anthropic>  claude- )
    | (?P<google>     (?:models/)?(?:gemini-\d|gemini-embedding|text-embedding-00\d) )
    | (?P<aws>        (?:(?:us|eu|apac|jp|au|ca|global|us-gov)\.)?
                      (?:amazon|anthropic|meta|mistral|cohere|ai21|deepseek)\.[a-z] )
    | (?P<xai>        grok- )
    | (?P<mistral>    (?:mi(?:ni)?stral|magistral|codestral|devstral|pixtral|voxtral)
                      -(?:tiny|small|medium|large|latest|embed|\d+b-(?:latest|\d)|\d{4}$)
                    | open-mi(?:s|x)tral- )
    | (?P<deepseek>   deepseek-(?:chat|reasoner)$ )
    | (?P<cohere>     command-(?:r|a|light|nightly) | embed-(?:english|multilingual|v4)
                    | rerank-(?:english|multilingual|v\d) )
    | (?P<perplexity> sonar(?:-|$) )
    | (?P<voyageai>   voyage-\d )
    """,
    re.VERBOSE,
)
"""Names that by convention belong to one provider: `gpt-4o` said alone is OpenAI's.

Open models (llama, qwen, gpt-oss) are served by dozens at different prices: they are not here.
"""

_ROUTERS = frozenset(("litellm", "chatlitellm", "litellm_proxy", "langchain", "langgraph"))
"""What passes calls on: said for the provider, it says nothing of who serves."""

_RESOURCE = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/(?P<model>.+)")
"""A model of Vertex AI by its whole name."""

_LONGEST_NAME = 200


def provider_of(provider: str, model: str) -> tuple[str, str]:
    """Our name of the provider ("" when unknown), and the model as that provider names it.

    A provider that was said wins, and one that we do not know keeps its name. Said none, or a
    router (LiteLLM), the model's prefix tells (`anthropic/claude-…`), else the convention that
    its name follows.
    """
    said = provider.strip().lower()
    model = model.strip().lower()
    if len(model) > _LONGEST_NAME or len(said) > _LONGEST_NAME:
        return "", ""
    name = "" if said in _ROUTERS else _canonical(said)
    resource = _RESOURCE.fullmatch(model)
    if resource:
        return name or "google", resource["model"]
    prefix, _, rest = model.partition("/")
    if name:
        # Said twice, as LiteLLM's callbacks do. OpenRouter sells a model called openrouter/auto.
        if rest and ALIASES.get(prefix) == name and (name != "openrouter" or "/" in rest):
            return name, rest
        return name, model.removeprefix("models/")
    if rest and prefix in _PREFIXES and (prefix != "openai" or _convention_of(rest) == "openai"):
        return ALIASES[prefix], rest
    return _convention_of(model), model.removeprefix("models/")


def _convention_of(model: str) -> str:
    match = _BY_MODEL.match(model)
    name = match.lastgroup if match else None
    return "x-ai" if name == "xai" else name or ""


def _canonical(said: str) -> str:
    if said in ALIASES:
        return ALIASES[said]
    for suffix in _SUFFIXES:
        if said.endswith(suffix):
            stem = said.removesuffix(suffix)
            return ALIASES.get(stem, stem)
    return said
