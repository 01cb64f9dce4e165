"""Token counting with a model's own tokenizer, for calls of which nobody reported usage."""

from econome.counting.texts import Texts, texts_of
from econome.counting.tokenizers import Count, Tokenizers
from econome.counting.usage import counted_usage

__all__ = ["Count", "Texts", "Tokenizers", "counted_usage", "texts_of"]
