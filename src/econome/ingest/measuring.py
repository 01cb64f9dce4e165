"""What a run used, where nobody reported it: its texts, measured by us."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any

from econome.counting.chat import estimated_chat, has_media
from econome.counting.tokenizers import Tokenizers
from econome.counting.usage import counted_embedding, counted_usage
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

LEFT_OUT = "pictures, sound or files of the prompt are in no estimate"

_NO_PLACE = 255
_AND = "+"  # between the names of two estimators, of the prompt and of the answer
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

        A piece brings the prompt, the next the answer: what was measured before is kept.
        """
        kind = piece.fields.get("kind") or run.kind
        is_told = piece.reading is not None and piece.reading.source != UsageSource.UNKNOWN
        if (kind and kind not in CALLS) or is_told or run.usage_source not in _UNTOLD:
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
        if self._calibration is not None and has_media(inputs) and LEFT_OUT not in run.notes:
            run.notes = [*run.notes, LEFT_OUT]
        found, place = self._found(kind, model, inputs, outputs)
        if found is not None:
            notes = piece.reading.notes if piece.reading is not None else ()
            piece.reading = replace(_with_what_was_measured(run, *found, place), notes=notes)

    def _found(
        self, kind: str, model: str, inputs: object, outputs: object
    ) -> tuple[tuple[Usage, str] | None, int]:
        if kind == Kind.EMBEDDING:
            return counted_embedding(self._tokenizers, model, inputs), COUNTED_PLACE
        found = counted_usage(self._tokenizers, model, inputs, outputs)
        if found is None and self._calibration is not None:
            return estimated_chat(self._tokenizers, model, inputs, outputs), CHAT_PLACE
        return found, COUNTED_PLACE

    def estimate(self, run: Run) -> None:
        """Gives a finished call without usage what the length of its texts makes likely.

        Of what nobody can see (the cache, reasoning) nothing is made up. Whatever is told or
        counted later replaces it.
        """
        if self._calibration is None:
            return
        if run.usage_source not in (UsageSource.UNKNOWN, UsageSource.ESTIMATED) or run.kind not in CALLS:
            if LEFT_OUT in run.notes:
                run.notes = [note for note in run.notes if note != LEFT_OUT]
            return
        if run.usage_place < CHAT_PLACE:  # an estimate that somebody sent
            return
        if run.error and not run.chars_answer:  # it may never have reached the provider
            _forget(run)
            return
        if run.ended_at is not None:
            self._fill(run, self._calibration)

    def _fill(self, run: Run, calibration: Calibration) -> None:
        """Estimates the sides of a call that no tokenizer measured."""
        is_new = run.usage_place != CHAT_PLACE
        sent, generated = sum(getattr(run, name) for name in _SENT), run.chars_answer
        fills_sent = bool(sent) and (is_new or run.uncached is None)
        fills_generated = bool(generated) and (is_new or run.text_out is None)
        if not fills_sent and not fills_generated:
            return
        ratio = calibration.ratio(run.workspace, run.provider, run.model)
        if is_new:
            run.usage_source, run.usage_place = UsageSource.ESTIMATED, ESTIMATED_PLACE
            run.usage_convention = f"estimated:{ratio.name}"
        else:
            run.usage_convention = f"{run.usage_convention}{_AND}{ratio.name}"
        if fills_sent:
            run.uncached = run.input_tokens = ratio.tokens_sent(sent)
        if fills_generated:
            run.text_out = run.output_tokens = ratio.tokens_generated(generated)
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


def _with_what_was_measured(run: Run, usage: Usage, convention: str, place: int) -> Reading:
    """The reading of one side, and of the other as it was measured before in the same way."""
    source = UsageSource.COUNTED if place == COUNTED_PLACE else UsageSource.ESTIMATED
    if run.usage_place == place and (usage.uncached is None or usage.text_out is None):
        usage = Usage(
            uncached=run.uncached if usage.uncached is None else usage.uncached,
            text_out=run.text_out if usage.text_out is None else usage.text_out,
        )
        if run.usage_convention.startswith(f"{convention}{_AND}"):
            convention = run.usage_convention
    return Reading(usage, convention, place, source)


def _forget(run: Run) -> None:
    """Makes an estimate unknown again."""
    if run.usage_source != UsageSource.ESTIMATED:
        return
    run.usage_source, run.usage_place, run.usage_convention = UsageSource.UNKNOWN, _NO_PLACE, ""
    run.uncached = run.text_out = run.input_tokens = run.output_tokens = None
