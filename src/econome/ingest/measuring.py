"""What a run used, where nobody reported it: its texts, measured by us."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from econome.counting.chat import estimated_chat
from econome.counting.tokenizers import Tokenizers
from econome.counting.usage import counted_usage
from econome.domain.piece import Piece, Reading
from econome.domain.run import CALLS, Kind, Run
from econome.domain.usage import Usage, UsageSource
from econome.ingest.calibration import Calibration
from econome.ingest.memory import RunKey, run_key

COUNTED_PLACE = 200
"""The place of a count of ours: behind everything that anybody reported."""

MOST_WAITING = 50
"""Patches that overtook their posts, of which 2 to 5 in 800 do, by milliseconds."""

CHAT_PLACE = 205
"""Of an estimate from the texts of a chat: behind a count."""

ESTIMATED_PLACE = 210
"""Of an estimate from how long the texts are: behind everything."""

_UNTOLD = frozenset((UsageSource.NONE, UsageSource.UNKNOWN, UsageSource.COUNTED, UsageSource.ESTIMATED))


_SENT = (
    "chars_system",
    "chars_tools",
    "chars_history",
    "chars_retrieved",
    "chars_tool_results",
    "chars_user",
)


class Measuring:
    """Measures the texts of calls without usage. For one thread."""

    def __init__(self, tokenizers: Tokenizers, calibration: Calibration | None = None) -> None:
        """Without a `calibration` nothing is estimated: what nobody knows stays unknown."""
        self._tokenizers = tokenizers
        self._calibration = calibration
        self._waiting: OrderedDict[RunKey, tuple[Any, Any]] = OrderedDict()

    def measure(self, run: Run, piece: Piece) -> None:
        """Reads into `piece` the usage that nobody reported, where its model's tokenizer is here.

        A piece brings the prompt, the next the answer: what was counted before is kept.
        """
        kind = piece.fields.get("kind") or run.kind
        if kind not in ("", Kind.LLM) or piece.reading is not None or run.usage_source not in _UNTOLD:
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
        place, source = COUNTED_PLACE, UsageSource.COUNTED
        if found is None and self._calibration is not None:
            found = estimated_chat(model, inputs, outputs)
            place, source = CHAT_PLACE, UsageSource.ESTIMATED
        if found is None:
            return
        usage, convention = found
        both = Usage(
            uncached=run.uncached if usage.uncached is None else usage.uncached,
            text_out=run.text_out if usage.text_out is None else usage.text_out,
        )
        piece.reading = Reading(both, convention, place, source)

    def estimate(self, run: Run) -> None:
        """Gives a finished call without usage what the length of its texts makes likely.

        Of what nobody can see (the cache, reasoning) nothing is made up. Whatever is told or
        counted later replaces it.
        """
        if (
            self._calibration is None
            or run.kind not in CALLS
            or run.usage_place < ESTIMATED_PLACE
            or run.usage_source not in (UsageSource.UNKNOWN, UsageSource.ESTIMATED)
            or run.ended_at is None
            or (run.error and not run.chars_answer)  # it may never have reached the provider
        ):
            return
        sent = sum(getattr(run, name) for name in _SENT)
        generated = run.chars_answer
        if not sent and not generated:
            return
        ratio = self._calibration.ratio(run.workspace, run.provider, run.model)
        run.usage_source, run.usage_place = UsageSource.ESTIMATED, ESTIMATED_PLACE
        run.usage_convention = f"estimated:{ratio.name}"
        run.uncached = run.input_tokens = ratio.tokens_sent(sent) if sent else None
        run.text_out = run.output_tokens = ratio.tokens_generated(generated) if generated else None
        if run.kind == Kind.EMBEDDING:
            run.text_out = run.output_tokens = 0

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
