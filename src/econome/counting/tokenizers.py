"""Tokenizers of models, loaded when first needed and kept while they are in use.

The package `tokenizers` (Econome's extra `count`; it needs no torch) is optional: without it
nothing is counted, and what nobody reported stays unknown.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from econome.counting.encodings import count_with, encoding_of
from econome.counting.finding import FILE, find_file
from econome.counting.names import model_name

LARGEST_FILE_BYTES = 64 * 1024 * 1024  # Gemma's, the largest we know of, has 33 MB
LONGEST_TEXT = 1_000_000  # characters: 0.5 to 1.4 s of one core, measured; beyond, the answer is unknown
KEPT_TOKENIZERS = 8  # a large one takes some 100 MB of memory
KEPT_NAMES = 1_024
LOOK_AGAIN_SECONDS = 30.0  # a tokenizer that appears or changes is noticed after at most this

_log = logging.getLogger(__name__)


class Encoding(Protocol):
    """What `tokenizers` gives for a text."""

    @property
    def ids(self) -> Sequence[int]:
        """One number a token."""
        ...


class Encoder(Protocol):
    """The part of `tokenizers.Tokenizer` that counting needs."""

    def encode(self, sequence: str, *, add_special_tokens: bool) -> Encoding:
        """The tokens of a text."""
        ...

    def no_truncation(self) -> None:
        """From now on, no text is cut."""
        ...

    def no_padding(self) -> None:
        """From now on, no text is filled up."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """How many tokens a text has, and which tokenizer says so."""

    tokens: int
    tokenizer: str  # "tokenizer.json@" and the first 8 digits of its SHA-256; or "o200k_base@quicktok-0.4.0"


@dataclass(frozen=True, slots=True)
class _Loaded:
    encoder: Encoder
    digest: str


@dataclass(frozen=True, slots=True)
class _Looked:
    file: Path | None
    at: float  # of a monotonic clock, in seconds


_Identity = tuple[Path, int, int]  # a file, its time of change in ns, its size: a mended file is another


class Tokenizers:
    """Counts the tokens of texts with the models' own tokenizers. Safe to share between threads.

    A file goes before OpenAI's encodings, which are known by the model's name.

    `folders` hold `<organisation>/<model>/tokenizer.json` or `<model>/tokenizer.json`; `hub` is
    Hugging Face's cache; None looks into none.
    """

    def __init__(
        self,
        folders: tuple[Path, ...] = (),
        hub: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = folders
        self._hub = hub
        self._clock = clock
        self._lock = threading.Lock()
        self._looked: OrderedDict[str, _Looked] = OrderedDict()
        self._loaded: OrderedDict[_Identity, _Loaded | None] = OrderedDict()  # None: broken, and said
        self._said_missing = False

    def count(self, model: str, text: str, *, add_special_tokens: bool = False) -> Count | None:
        """The tokens of `text` for `model`; None when its tokenizer is not here, or the text too long.

        `add_special_tokens` adds what the model itself is given around a prompt: T5's closing
        `</s>`, Llama's opening `<s>`. The text of an answer has none.
        """
        if len(text) > LONGEST_TEXT:
            return None
        # A lone surrogate is no text to the tokenizer; it stands for one unknown character.
        clean = text.encode("utf-8", "replace").decode("utf-8")
        loaded = None
        if self._folders or self._hub:
            with self._lock:
                loaded = self._tokenizer_of(model)
        if loaded is None:
            encoding = encoding_of(model)
            counted = count_with(encoding, clean) if encoding else None
            return Count(*counted) if counted else None
        tokens = len(loaded.encoder.encode(clean, add_special_tokens=add_special_tokens).ids)
        return Count(tokens, f"{FILE}@{loaded.digest[:8]}")

    def _tokenizer_of(self, model: str) -> _Loaded | None:
        file = self._file_of(model)
        if file is None:
            return None
        try:
            facts = file.stat()
        except OSError:
            return None
        identity = (file, facts.st_mtime_ns, facts.st_size)
        if identity not in self._loaded:
            if self._lacks_package():
                return None
            self._loaded[identity] = _load(file, facts.st_size)
        self._loaded.move_to_end(identity)
        while len(self._loaded) > KEPT_TOKENIZERS:
            self._loaded.popitem(last=False)
        return self._loaded[identity]

    def _file_of(self, model: str) -> Path | None:
        looked = self._looked.get(model)
        if looked is None or self._clock() - looked.at > LOOK_AGAIN_SECONDS:
            name = model_name(model)
            if name is None:
                return None
            looked = _Looked(find_file(name, self._folders, self._hub), self._clock())
            self._looked[model] = looked
            self._looked.move_to_end(model)
            while len(self._looked) > KEPT_NAMES:
                self._looked.popitem(last=False)
        return looked.file

    def _lacks_package(self) -> bool:
        """Whether the optional package is missing; said once, when a tokenizer was there to be used."""
        if is_installed():
            return False
        if not self._said_missing:
            self._said_missing = True
            _log.warning(
                'Tokens are not counted: the package "tokenizers" is missing. pip install "econome[count]"'
            )
        return True


def is_installed() -> bool:
    """Whether the optional package `tokenizers` can be used."""
    return importlib.util.find_spec("tokenizers") is not None


def _load(file: Path, size_bytes: int) -> _Loaded | None:
    """The tokenizer in `file`, or None, said once, when it is none."""
    if size_bytes > LARGEST_FILE_BYTES:
        _log.warning("%s is not used: it has %d bytes, more than %d", file, size_bytes, LARGEST_FILE_BYTES)
        return None
    try:
        content = file.read_bytes()
        library = importlib.import_module("tokenizers")
        encoder = cast("Encoder", library.Tokenizer.from_buffer(content))
    except Exception as error:  # noqa: BLE001 the library raises bare Exception for a broken file
        _log.warning("%s is not used: it is not a tokenizer (%s)", file, error)
        return None
    # A file may cut at 512 tokens, or fill up to them; what is counted is the whole text and no more.
    encoder.no_truncation()
    encoder.no_padding()
    return _Loaded(encoder, hashlib.sha256(content).hexdigest())
