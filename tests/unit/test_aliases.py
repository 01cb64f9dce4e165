"""Every name that an emitter gives a provider or a model is looked up as what it is: `aliases.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from econome.pricing.providers import ALIASES, provider_of
from econome.pricing.sources.genai_prices import GenaiPrices

Row = tuple[str, str, str, str]


def _rows() -> list[Row]:
    lines = (Path(__file__).parent / "aliases.txt").read_text("utf-8").splitlines()
    rows: list[Row] = []
    for line in lines:
        if line and not line.startswith("#"):
            said, model, ours, listed = ("" if cell == "-" else cell for cell in line.split(" | "))
            rows.append((said, model, ours, listed))
    return rows


ROWS = _rows()
NAMES = [f"{said or '-'} {model}" for said, model, *_ in ROWS]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> GenaiPrices:
    return GenaiPrices(tmp_path_factory.mktemp("aliases"))


@pytest.mark.parametrize(("said", "model", "ours", "entry"), ROWS, ids=NAMES)
def test_a_name_of_an_emitter_is_looked_up_as_what_it_is(
    listed: GenaiPrices, said: str, model: str, ours: str, entry: str
) -> None:
    provider, there = provider_of(said, model)
    listing = listed.find(provider, there)
    assert (provider, listing.model if listing else "") == (ours, entry)


@pytest.mark.parametrize(("said", "model", "ours", "entry"), ROWS, ids=NAMES)
def test_case_and_space_around_a_name_change_nothing(said: str, model: str, ours: str, entry: str) -> None:
    del entry
    assert provider_of(f" {said.upper()} ", f" {model.upper()}\n") == provider_of(said, model)
    assert provider_of(said, model)[0] == ours


@pytest.mark.parametrize("name", sorted(set(ALIASES.values())))
def test_a_name_of_ours_is_its_own_alias(name: str) -> None:
    """So that a provider that was looked up once may be looked up again."""
    assert provider_of(name, "some-model") == (name, "some-model")


def test_azure_is_not_openai_though_its_name_says_so() -> None:
    """genai-prices itself takes azure.ai.openai for OpenAI."""
    assert provider_of("azure.ai.openai", "gpt-4o") == ("azure", "gpt-4o")


def test_no_row_is_there_twice() -> None:
    assert len(ROWS) == len({row[:2] for row in ROWS}) > 200
