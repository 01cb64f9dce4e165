"""One file from many answers of the engine: Parquet, CSV or JSON, a run a line.

The engine writes the rows, slice by slice, and lines of text can follow each other as they are. A
Parquet file has one directory of all its parts at its end, which no slice can write: there the
engine's Arrow goes through pyarrow, which chDB needs anyway and which is imported here alone.

Money is exact in each: a text in CSV and JSON, a decimal of 38 digits in Parquet, 18 of them behind the
point.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from econome.analytics.payloads import Payload
from econome.store.question import Question
from econome.wire.json_text import dump

PAYLOAD = ("inputs", "outputs", "events", "extra", "serialized", "error")
"""The columns that a payload adds, last; `error` is then the whole text."""

GROUP_BYTES = 32 << 20
"""Of a Parquet file's parts: a reader holds one of them in memory, and skips those it needs nothing of."""

_AS_SAID = (
    "settings date_time_output_format = 'iso', output_format_json_quote_decimals = 1,"
    " output_format_json_quote_64bit_integers = 0, output_format_json_quote_denormals = 0,"
    " output_format_json_escape_forward_slashes = 0, format_csv_null_representation = '',"
    " output_format_arrow_low_cardinality_as_dictionary = 0, output_format_arrow_string_as_string = 1"
)


class Form(StrEnum):
    """What a file can be."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """How the web calls it."""
        return {
            Form.PARQUET: "application/vnd.apache.parquet",
            Form.CSV: "text/csv; charset=utf-8; header=present",
            Form.JSONL: "application/x-ndjson",
        }[self]

    def of(self, question: Question, columns: str, nested: Sequence[str]) -> Question:
        """The question whose answer is written in this form, with these columns of it.

        A cell of a CSV holds one text: lists and maps, which `nested` names, are JSON there.
        """
        if self is Form.CSV and nested:
            cells = ", ".join(f"toJSONString({name}) as {name}" for name in nested)
            columns = f"{columns} replace ({cells})"
        text = f"select {columns} from ({question.text}) {_AS_SAID}"  # noqa: S608  (names of our own columns)
        return Question(question.name, text)


class File(Protocol):
    """A file in the making. What it gives, one after the other, is the file."""

    @property
    def written_as(self) -> str:
        """In which of its formats the engine writes the next rows."""

    def add(self, rows: bytes, payloads: Mapping[str, Payload] | None = None) -> bytes:
        """What comes next when these rows do; with payloads, by the id of the run."""

    def end(self) -> bytes:
        """What comes last. Without it, it is no file."""


def file_of(form: Form) -> File:
    """A new file."""
    match form:
        case Form.PARQUET:
            return _Parquet()
        case Form.CSV:
            return _Csv()
        case Form.JSONL:
            return _JsonLines()


class _JsonLines:
    written_as = "JSONEachRow"

    def add(self, rows: bytes, payloads: Mapping[str, Payload] | None = None) -> bytes:
        if payloads is None:
            return rows
        lines = []
        for line in rows.splitlines():
            # The id comes first in each line, and is the only part that is looked at.
            payload = payloads.get(line[_ID].decode("ascii"), _NOTHING)
            said = {name: getattr(payload, name) for name in PAYLOAD}
            lines.append(line[:-1] + b"," + dump(said)[1:] + b"\n")
        return b"".join(lines)

    def end(self) -> bytes:
        return b""


class _Csv:
    def __init__(self) -> None:
        self._has_begun = False

    @property
    def written_as(self) -> str:
        return "CSV" if self._has_begun else "CSVWithNames"

    def add(self, rows: bytes, payloads: Mapping[str, Payload] | None = None) -> bytes:
        is_first, self._has_begun = not self._has_begun, True
        if payloads is None:
            return rows
        csv.field_size_limit(sys.maxsize)  # of the process: a label may be longer than its default
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        for line in csv.reader(io.StringIO(rows.decode("utf-8"), newline="")):
            if is_first:
                is_first = False
                lines.writerow([*line, *PAYLOAD])
            else:
                lines.writerow([*line, *_cells(payloads.get(line[0], _NOTHING))])
        return text.getvalue().encode()

    def end(self) -> bytes:
        return b""


class _Parquet:
    written_as = "Arrow"

    def __init__(self) -> None:
        import pyarrow as pa  # noqa: PLC0415  (40 MB that only this needs)
        from pyarrow import parquet  # noqa: PLC0415

        self._arrow: Any = pa
        self._parquet: Any = parquet
        self._sink = _Sink()
        self._writer: Any = None
        self._waiting: list[Any] = []

    def add(self, rows: bytes, payloads: Mapping[str, Payload] | None = None) -> bytes:
        table = self._arrow.ipc.open_file(self._arrow.py_buffer(rows)).read_all()
        if payloads is not None:
            cells = [_cells(payloads.get(one, _NOTHING)) for one in table.column("id").to_pylist()]
            for place, name in enumerate(PAYLOAD):
                column = self._arrow.array([line[place] for line in cells], self._arrow.string())
                table = table.append_column(name, column)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._sink, table.schema, compression="zstd")
        self._waiting.append(table)
        if sum(one.nbytes for one in self._waiting) > GROUP_BYTES:
            self._write()
        return self._sink.take()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._sink.take()

    def _write(self) -> None:
        table = self._arrow.concat_tables(self._waiting)
        self._waiting = []
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)


class _Sink(io.RawIOBase):
    """What pyarrow has written and nobody has taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        content = bytes(part)
        self._parts.append(content)
        return len(content)

    def take(self) -> bytes:
        content = b"".join(self._parts)
        self._parts.clear()
        return content


_ID = slice(len('{"id":"'), len('{"id":"') + 36)
_NOTHING = Payload()


def _cells(payload: Payload) -> list[str | None]:
    """The columns of a payload as texts: JSON, but for the error; None for what was never given."""
    said = [getattr(payload, name) for name in PAYLOAD[:-1]]
    return [*(None if one in (None, [], {}) else dump(one).decode() for one in said), payload.error]
