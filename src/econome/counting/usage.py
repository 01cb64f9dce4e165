"""Usage of a call that nobody reported: its texts, counted by the model's own tokenizer."""

from __future__ import annotations

from econome.counting.texts import embedded_texts, texts_of
from econome.counting.tokenizers import LONGEST_TEXT, Count, Tokenizers
from econome.domain.usage import Usage


def counted_usage(
    tokenizers: Tokenizers, model: str, inputs: object, outputs: object
) -> tuple[Usage, str] | None:
    """The usage of a text model's run and how it was found, `counted:tokenizer.json@1a2b3c4d`.

    None when nothing can be counted. Either side may be unknown alone: an answer that has not
    come yet, a failed call.

    A prompt counts with the marks that the model is given around it. An answer counts as its
    text reads: the end mark that a model generates when it stops by itself is not in the text,
    hence not in the count.
    """
    texts = texts_of(inputs, outputs)
    prompt = _sum(tokenizers, model, texts.prompts, add_special_tokens=True)
    completion = _sum(tokenizers, model, texts.completions, add_special_tokens=False)
    count = prompt or completion
    if count is None:
        return None
    usage = Usage(
        uncached=prompt.tokens if prompt else None,
        text_out=completion.tokens if completion else None,
    )
    return usage, f"counted:{count.tokenizer}"


def counted_embedding(tokenizers: Tokenizers, model: str, inputs: object) -> tuple[Usage, str] | None:
    """The usage of an embedding model's run, which generates no tokens. None when it cannot be counted."""
    count = _sum(tokenizers, model, embedded_texts(inputs), add_special_tokens=True)
    return None if count is None else (Usage(uncached=count.tokens, text_out=0), f"counted:{count.tokenizer}")


def _sum(
    tokenizers: Tokenizers, model: str, texts: tuple[str, ...] | None, *, add_special_tokens: bool
) -> Count | None:
    """All tokens of `texts`; None when one of them cannot be counted."""
    if not texts or sum(map(len, texts)) > LONGEST_TEXT:
        return None
    tokens, tokenizer = 0, ""
    for text in texts:
        count = tokenizers.count(model, text, add_special_tokens=add_special_tokens)
        if count is None:
            return None
        tokens, tokenizer = tokens + count.tokens, count.tokenizer
    return Count(tokens, tokenizer)
