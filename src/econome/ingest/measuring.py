"""What a run used, where nobody reported it: its texts, measured by us."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from econome.counting.tokenizers import Tokenizers
from econome.counting.usage import counted_usage
from econome.domain.piece import Piece, Reading
from econome.domain.run import Kind, Run
from econome.domain.usage import Usage, UsageSource
from econome.ingest.memory import RunKey, run_key

COUNTED_PLACE = 200
"""The place of a count of ours: behind everything that anybody reported."""

MOST_WAITING = 50
"""Patches that overtook their posts, of which 2 to 5 in 800 do, by milliseconds."""

_MAY_BE_COUNTED = frozenset((UsageSource.NONE, UsageSource.UNKNOWN, UsageSource.COUNTED))


class Measuring:
    """Measures the texts of calls without usage. For one thread."""

    def __init__(self, tokenizers: Tokenizers) -> None:
        self._tokenizers = tokenizers
        self._waiting: OrderedDict[RunKey, tuple[Any, Any]] = OrderedDict()

    def measure(self, run: Run, piece: Piece) -> None:
        """Reads into `piece` the usage that nobody reported, where its model's tokenizer is here.

        A piece brings the prompt, the next the answer: what was counted before is kept.
        """
        kind = piece.fields.get("kind") or run.kind
        if kind not in ("", Kind.LLM) or piece.reading is not None or run.usage_source not in _MAY_BE_COUNTED:
            return
        model = str(piece.fields.get("model_asked") or run.model)
        if not model or not kind:
            self._wait(run, piece)
            return
        inputs, outputs = self._waiting.pop(run_key(run.workspace, run.id), (None, None))
        inputs = piece.inputs if piece.inputs is not None else inputs
        outputs = piece.outputs if piece.outputs is not None else outputs
        if inputs is None and outputs is None:
            return
        found = counted_usage(self._tokenizers, model, inputs, outputs)
        if found is None:
            return
        usage, convention = found
        both = Usage(
            uncached=run.uncached if usage.uncached is None else usage.uncached,
            text_out=run.text_out if usage.text_out is None else usage.text_out,
        )
        piece.reading = Reading(both, convention, COUNTED_PLACE, UsageSource.COUNTED)

    def _wait(self, run: Run, piece: Piece) -> None:
        """Keeps the texts of a piece that came before the one which names the model."""
        if piece.inputs is None and piece.outputs is None:
            return
        key = run_key(run.workspace, run.id)
        inputs, outputs = self._waiting.pop(key, (None, None))
        self._waiting[key] = (
            piece.inputs if piece.inputs is not None else inputs,
            piece.outputs if piece.outputs is not None else outputs,
        )
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
