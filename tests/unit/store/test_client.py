"""Questions wait for a reader, but not for ever, and are told when they ask too much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NoReturn

import clickhouse_connect
import pytest

from econome.store import client
from econome.store.client import Store, StoreBusy, StoreError, TooHeavy
from econome.store.question import Question


@dataclass(frozen=True)
class _Number:
    n: int


ONE = Question("one", "select toInt32(1) as n")
ALL_NUMBERS = "select toInt32(length(groupArray(number))) as n from numbers(9000000)"


@pytest.fixture
def busy(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose readers all have a question that does not end."""
    monkeypatch.setattr(client, "WAIT_SECONDS", 0.01)
    with ExitStack() as taken:
        for _ in range(store._readers.qsize()):
            taken.enter_context(client._one_of(store._readers))
        yield store


def test_a_question_whose_turn_does_not_come_is_told_so(busy: Store) -> None:
    with pytest.raises(StoreBusy, match="in a moment"):
        busy.ask(_Number, ONE)


def test_heavy_questions_keep_neither_health_nor_ingest_waiting(busy: Store) -> None:
    assert busy.is_alive()
    assert busy.apart().ask(_Number, ONE) == [_Number(1)]


def test_a_reader_comes_back_after_a_question_that_failed(store: Store) -> None:
    for _ in range(6):
        with pytest.raises(StoreError):
            store.ask(_Number, Question("none", "select n from nowhere"))
    assert store.ask(_Number, ONE) == [_Number(1)]


def test_what_a_failed_question_had_answered_is_told_to_nobody(dsn: str) -> None:
    """The rows may be of another workspace than the next question's."""
    late = "select toInt32(number + throwIf(number > 500000)) as n from numbers(1000000)"
    store = Store(dsn, readers=1)
    try:
        with pytest.raises(StoreError):
            store.ask(_Number, Question("late", late))
        assert store.ask(_Number, ONE) == [_Number(1)]
        with pytest.raises(StoreError):
            store.written("CSVWithNames", Question("late", late))
        assert store.written("CSV", ONE) == b"1\n"
    finally:
        store.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("select 1 as n where (", "cannot be understood"),
        ("select " + "-(" * 990 + "1" + ")" * 990 + " as n", "nested too deep"),
        ("select toInt32(sleepEachRow(1)) as n from numbers(9) settings max_execution_time = 1", "seconds"),
        (f"{ALL_NUMBERS} settings max_memory_usage = 20000000", "memory"),
    ],
)
def test_a_question_that_asks_too_much_is_told_what(store: Store, text: str, why: str) -> None:
    with pytest.raises(TooHeavy, match=why):
        store.ask(_Number, Question("heavy", text))


def test_what_ingest_asks_is_never_the_fault_of_who_sent(store: Store) -> None:
    with pytest.raises(StoreError):
        store.apart().ask(_Number, Question("heavy", "select 1 as n where ("))


def test_the_memory_of_all_together_is_nobodys_fault() -> None:
    said = "Code: 241. DB::Exception: (total) memory limit exceeded: would use 8.01 GiB"
    assert client._fault_of_question(said) == ""
    assert client._fault_of_question(said.replace("(total)", "(for query)")) != ""
    assert client._fault_of_question("Code: 243. DB::Exception: Code: 62 was a prompt") == ""


def test_a_filter_of_a_megabyte_is_answered(store: Store) -> None:
    names = ", ".join(f"'{at:036}'" for at in range(30_000))
    text = f"select toInt32(1) as n where 'x' not in ({names})"
    assert len(text) > 1_000_000
    assert store.ask(_Number, Question("long", text)) == [_Number(1)]


def test_a_reader_opens_when_it_is_first_needed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    get_client = clickhouse_connect.get_client

    def counted(**options: Any) -> Any:
        opened.append(options["dsn"])
        return get_client(**options)

    monkeypatch.setattr(clickhouse_connect, "get_client", counted)
    other = Store(store.dsn)
    assert len(opened) == 1  # who writes
    for _ in range(3):
        assert other.ask(_Number, ONE) == [_Number(1)]
    assert len(opened) == 2
    other.close()


def test_a_reader_that_does_not_open_leaves_its_place_to_the_next_try(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Store(store.dsn, readers=1)
    with monkeypatch.context() as broken:
        broken.setattr(clickhouse_connect, "get_client", _refuse)
        with pytest.raises(StoreError, match="Could not open"):
            other.ask(_Number, ONE)
    assert other.ask(_Number, ONE) == [_Number(1)]
    other.close()


def _refuse(**_: object) -> NoReturn:
    raise OSError("nobody there")
