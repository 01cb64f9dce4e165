"""Calls whose texts differ only in slots share a template, however they come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from econome.domain.piece import Piece
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Op, Run
from econome.domain.template import FREE_TEXT, Head
from econome.ingest.call_site import MOST_NAMES, call_site
from econome.ingest.counting import Member
from econome.ingest.mining import MOST_ALONE, MOST_VERSIONS, Mining
from econome.ingest.pool import SETTLED, SETTLED_ALIKE
from econome.store.client import Store

PROJECT = UUID(int=7)
FILLINGS = (
    *("acorn", "badger", "cedar", "daisy", "elder", "fern", "gorse", "hazel", "iris", "juniper"),
    *("kale", "larch", "maple", "nettle", "oak"),
)
HELP = "You are the helper of a garden shop. Answer kindly, and never promise a day of delivery."
BRIEF = "You are the helper of a garden shop. Answer briefly, and never promise a day of delivery."
TEMPLATES = {
    "chat": (HELP, "{}"),
    "look_up": ("Use this context to answer, and say so when it is not there.\n\nContext:\n{}", "{}"),
    "classify": ("", "Put this letter of a customer into one of three boxes:\n{}\nBox:"),
    "greet": ("Speak as {} would, in three sentences, to somebody who comes for the first time.", "{}"),
}
"""By the name of the run: instructions and message, with slots."""


class Unstored:
    """A store that has nothing, and takes everything."""

    def ask(self, *_: object, **__: object) -> list[object]:
        return []

    def insert(self, *_: object) -> None:
        pass


def filled(text: str, random: Random, most: int = 30) -> str:
    return text.format(" ".join(random.choice(FILLINGS) for _ in range(random.randint(1, most))))


def mined(mining: Mining, name: str, system: str, user: str, **metadata: str) -> tuple[str, str]:
    piece = Piece(
        UUID(int=1), Op.POST, None, fields={"kind": "llm", "name": name, "prompt_hash": 1}, metadata=metadata
    )
    piece.head = Head(system, user)
    mining.mine(Run(workspace=DEFAULT_WORKSPACE, project=PROJECT), piece)
    return piece.fields.get("prompt", ""), piece.fields.get("prompt_version", "")


def unstored() -> Mining:
    return Mining(Unstored())  # type: ignore[arg-type]


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_the_same_texts_in_any_order_are_grouped_alike(seed: int, calls: int) -> None:
    """Where templates have wording of their own, slots hold none of it, and what stands in a slot before
    the wording is shorter than it: the groups are the templates.
    """
    random = Random(seed)  # noqa: S311
    texts = [
        (name, filled(system, random, most), filled(user, random))
        for name, (system, user) in TEMPLATES.items()
        for most in [4 if name == "greet" else 30]
        for _ in range(calls)
    ]
    assert groups(texts) == groups(random.sample(texts, len(texts)))


def groups(texts: Sequence[tuple[str, str, str]]) -> set[frozenset[tuple[str, str, str]]]:
    mining = unstored()
    found: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for text in texts:
        found[mined(mining, *text)[0]].add(text)
    assert len(found) == len(TEMPLATES)
    return {frozenset(group) for group in found.values()}


def test_settled_wording_that_changes_is_a_new_version() -> None:
    mining = unstored()
    before = {mined(mining, "chat", HELP, f"Question {word}") for word in FILLINGS}
    after = {mined(mining, "chat", BRIEF, f"Question {word}") for word in FILLINGS}
    (one,), (two,) = before, after
    assert one[0] == two[0]
    assert (one[1], two[1]) == ("1", "2")
    assert mined(mining, "chat", HELP, "again") == one


def test_what_differs_before_that_is_a_slot() -> None:
    mining = unstored()
    greetings = {
        mined(mining, "greet", f"Speak as {who} would, in three short sentences.", "?") for who in FILLINGS
    }
    assert len(greetings) == 1


def test_a_constant_prompt_settles_by_being_repeated() -> None:
    mining = unstored()
    (one,) = {
        mined(mining, "joke", "", "Tell one joke about gardens, at most two lines long.")
        for _ in range(SETTLED_ALIKE)
    }
    assert mined(mining, "joke", "", "Tell one joke about gardens, at most three lines long.") == (
        one[0],
        "2",
    )


def test_two_prompts_that_begin_alike_stay_two_once_their_wording_stood() -> None:
    mining = unstored()
    preamble = "You work for the Green Thumb, a shop for gardens in the north of the town.\n"
    first = [
        mined(mining, "ask", preamble + "Translate what follows to German.", str(n)) for n in range(SETTLED)
    ]
    other = mined(
        mining, "ask", preamble + "Find what is wrong with the plant on the photograph, and say why.", "?"
    )
    assert other[0] not in {prompt for prompt, _ in first}


def test_what_is_edited_all_the_time_is_a_slot() -> None:
    mining = unstored()
    found = set()
    for number in range(40):
        text = HELP.replace("kindly", f"like {FILLINGS[number % 15]}{number}")
        found |= {mined(mining, "chat", text, f"{word} {number}") for word in FILLINGS}
    assert len({prompt for prompt, _ in found}) == 1
    assert len(found) <= MOST_VERSIONS


def test_texts_without_anything_in_common_are_free_text() -> None:
    mining, random = unstored(), Random(5)  # noqa: S311
    found = [
        mined(mining, "chat", "", " ".join(f"{random.choice(FILLINGS)}{random.random()}" for _ in range(9)))
        for _ in range(300)
    ]
    assert set(found[MOST_ALONE:]) == {(FREE_TEXT, "")}
    framed = "Translate the words of this customer to German, please:\n{}"
    later = [mined(mining, "chat", "", framed.format(random.random())) for _ in range(300)]
    assert later[-1][0].startswith("Translate the words"), "a template that comes later is found all the same"


def test_a_named_prompt_is_what_its_app_says() -> None:
    mining = unstored()
    said = {"prompt_name": "triage", "prompt_version": "7"}
    assert {mined(mining, "ask", "", word * 9, **said) for word in FILLINGS} == {("triage", "7")}


def test_a_named_prompt_without_versions_gets_them_by_its_wording() -> None:
    mining = unstored()
    told = {"prompt_name": "helper"}
    assert {mined(mining, "x", HELP, word, **told) for word in FILLINGS} == {("helper", "1")}
    assert {mined(mining, "y", BRIEF, word, **told) for word in FILLINGS} == {("helper", "2")}


def test_another_client_with_the_same_instructions_has_the_same_prompt() -> None:
    mining = unstored()
    one = {mined(mining, "ChatOpenAI", HELP, word) for word in FILLINGS}
    assert {mined(mining, "ChatAnthropic", HELP, word) for word in FILLINGS} == one


def test_the_same_run_told_again_keeps_its_prompt() -> None:
    mining = unstored()
    run = Run(workspace=DEFAULT_WORKSPACE, project=PROJECT, kind="llm", prompt="a", prompt_hash=3)
    again = Piece(run.id, Op.PATCH, None, fields={"prompt_hash": 3})
    again.head = Head(HELP, "?")
    mining.mine(run, again)
    assert "prompt" not in again.fields


def test_a_restart_forgets_nothing(store: Store) -> None:
    random = Random(3)  # noqa: S311
    texts = [
        (name, filled(system, random), filled(user, random))
        for _ in range(SETTLED + 2)
        for name, (system, user) in TEMPLATES.items()
    ]
    first, second = Mining(store), Mining(store)
    before = [mined(first, *text) for text in texts]
    first.write()
    assert [mined(second, *text) for text in texts] == before
    edited = mined(second, "chat", BRIEF, "Roses?")
    assert edited == (mined(second, "chat", HELP, "Roses?")[0], "2"), "what was settled is settled"


def test_what_was_not_stored_is_forgotten_with_its_commit(store: Store) -> None:
    mining = Mining(store)
    one = mined(mining, "chat", HELP, "Roses?")
    mining.forget()
    assert mined(mining, "chat", HELP, "Tulips?") != ("", "")
    assert mined(mining, "chat", HELP, "Roses?")[1] == one[1]


def test_a_call_site_is_the_names_from_the_root() -> None:
    assert site("app", "agent", "ChatOpenAI") == "app > agent > ChatOpenAI"


def test_a_step_that_is_taken_again_and_again_stands_once() -> None:
    assert site("agent", "agent", "agent", "llm") == "agent > llm"


def test_ids_in_names_make_no_call_sites() -> None:
    assert site("order 8123456", "llm") == site("order 9123457", "llm")


def test_a_deep_path_loses_its_middle() -> None:
    assert len(site(*map(str, range(40))).split(" > ")) == MOST_NAMES + 1


def test_a_circle_of_parents_has_an_end() -> None:
    members = {1: a_member("a", parent=2), 2: a_member("b", parent=1)}
    assert call_site(1, members) == "b > a"


def site(*names: str) -> str:
    return call_site(len(names), dict(chain(names)))


def chain(names: Iterable[str]) -> Iterable[tuple[int, Member]]:
    for number, name in enumerate(names, 1):
        yield number, a_member(name, parent=number - 1 or None)


def a_member(name: str, parent: int | None) -> Member:
    return Member(Run().key_time, parent, 0, is_call=True, is_known=True, name=name)
