"""Makes a T5 of a few kilobytes whose tokenizer knows a few sentences: python tiny_t5.py FOLDER.

Runs in the environment of the article's program. Its answers are noise; its tokens are real.
"""

# mypy: ignore-errors

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import T5Config, T5ForConditionalGeneration, T5TokenizerFast

SENTENCES = [
    "Expliquez la gravité à un enfant de 10 ans en environ 20 mots avec une analogie amusante.",
    "La gravité est comme un aimant invisible qui tire les pommes et les ballons vers le sol.",
    "Imagine que la Terre est un grand trampoline et que tout roule vers le creux.",
    "Explain gravity to a ten year old child in about twenty words with a funny analogy.",
]


def make(folder: Path) -> None:
    words = Tokenizer(models.Unigram())
    words.normalizer = normalizers.NFKC()
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    words.decoder = decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=200, special_tokens=special, unk_token="<unk>")
    words.train_from_iterator(SENTENCES, trainer)
    words.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = T5TokenizerFast(
        tokenizer_object=words, extra_ids=0, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(7)
    config = T5Config(
        vocab_size=words.get_vocab_size(),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
