"""Counting with a model's own tokenizer: what is counted, and what a hostile name cannot reach."""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.counting import Texts, Tokenizers, counted_usage, texts_of
from econome.counting.chat import estimated_chat
from econome.counting.names import model_name
from econome.counting.tokenizers import KEPT_TOKENIZERS, LARGEST_FILE_BYTES, LONGEST_TEXT
from econome.domain.usage import Usage
from econome.settings import hugging_face_hub

PROMPT = "la terre tire les pommes"  # five words


def words(*, closing: bool = True, truncation: bool = False) -> str:
    """A `tokenizer.json` whose tokens are words; with a closing `</s>` around prompts, as T5 has."""
    vocabulary = {"</s>": 0, "<unk>": 1, "la": 2, "terre": 3, "tire": 4, "les": 5, "pommes": 6}
    closed = {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"</s>": {"id": "</s>", "ids": [0], "tokens": ["</s>"]}},
    }
    cut = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": cut if truncation else None,
            "padding": None,
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": closed if closing else None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>"},
        }
    )


def place(folder: Path, content: str | None = None) -> Path:
    folder.mkdir(parents=True)
    file = folder / "tokenizer.json"
    file.write_text(words() if content is None else content)
    return file


def tokens(tokenizers: Tokenizers, model: str, text: str = PROMPT) -> int | None:
    count = tokenizers.count(model, text)
    return count.tokens if count else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place(tmp_path / "models" / "google" / "flan-t5-base")
    place(tmp_path / "models" / "tiny-t5")
    return tmp_path / "models"


def test_a_text_has_the_tokens_that_the_models_tokenizer_says(folder: Path) -> None:
    count = Tokenizers((folder,)).count("google/flan-t5-base", PROMPT)
    assert count is not None
    assert count.tokens == 5
    assert count.tokenizer == f"tokenizer.json@{sha256(words().encode()).hexdigest()[:8]}"


def test_the_marks_around_a_prompt_count_when_asked(folder: Path) -> None:
    count = Tokenizers((folder,)).count("tiny-t5", PROMPT, add_special_tokens=True)
    assert count is not None
    assert count.tokens == 5 + 1  # </s>


def test_a_tokenizer_that_cuts_does_not_cut_the_count(tmp_path: Path) -> None:
    place(tmp_path / "short", words(truncation=True))
    assert tokens(Tokenizers((tmp_path,)), "short") == 5


def test_an_organisations_model_is_found_under_its_bare_name_too(folder: Path) -> None:
    assert tokens(Tokenizers((folder,)), "somebody/tiny-t5") == 5


def test_a_path_of_the_apps_machine_is_looked_up_by_its_last_word(folder: Path) -> None:
    tokenizers = Tokenizers((folder,))
    for path in (
        "/home/me/models/tiny-t5",
        "./tiny-t5",
        "../tiny-t5",
        "a/../../tiny-t5",
        "~/tiny-t5",
        "C:\\models\\tiny-t5",
        "/srv/tiny-t5/",
    ):
        assert tokens(tokenizers, path) == 5, path


def test_a_path_is_never_opened(tmp_path: Path) -> None:
    place(tmp_path / "elsewhere" / "secret")
    (tmp_path / "models").mkdir()
    assert tokens(Tokenizers((tmp_path / "models",)), str(tmp_path / "elsewhere" / "secret")) is None


@pytest.mark.parametrize(
    "model",
    ["", ".", "..", "a/..", "/", "//", "a\0b", "a b", "é", "x" * 5000, "models--a--b", "a:b", "-a"],
)
def test_a_hostile_name_is_no_name(model: str) -> None:
    assert model_name(model) is None


@given(st.text(alphabet="ab./\\~:-_\0 ", max_size=30))
def test_no_name_leads_out_of_a_folder(model: str) -> None:
    name = model_name(model)
    for place in name.folders if name else ():
        assert Path(os.path.normpath(place)) == Path(place)
        assert not Path(place).is_absolute()
        assert ".." not in Path(place).parts


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, folder: Path) -> None:
    outside = place(tmp_path / "outside")
    (folder / "linked").mkdir()
    (folder / "linked" / "tokenizer.json").symlink_to(outside)
    (folder / "whole").symlink_to(outside.parent)
    tokenizers = Tokenizers((folder,))
    assert tokens(tokenizers, "linked") is None
    assert tokens(tokenizers, "whole") is None


def cache(hub: Path, revision: str, content: str, *, is_main: bool) -> None:
    """A model as Hugging Face's client lays it down: blobs, and links to them by revision."""
    model = hub / "models--google--flan-t5-base"
    for part in ("blobs", f"snapshots/{revision}", "refs"):
        (model / part).mkdir(parents=True, exist_ok=True)
    (model / "blobs" / revision).write_text(content)
    (model / "snapshots" / revision / "tokenizer.json").symlink_to(f"../../blobs/{revision}")
    if is_main:
        (model / "refs" / "main").write_text(revision)


def test_hugging_faces_cache_is_read_when_allowed(tmp_path: Path) -> None:
    cache(tmp_path, "1111", words(), is_main=True)
    assert tokens(Tokenizers((), hub=tmp_path), "google/flan-t5-base") == 5
    assert tokens(Tokenizers(()), "google/flan-t5-base") is None
    assert tokens(Tokenizers((), hub=tmp_path), "/x/y/flan-t5-base") is None


def test_the_cache_answers_with_the_main_revision(tmp_path: Path) -> None:
    cache(tmp_path, "1111", words(), is_main=True)
    cache(tmp_path, "2222", words(closing=False), is_main=False)
    tokenizers = Tokenizers((), hub=tmp_path)
    count = tokenizers.count("google/flan-t5-base", PROMPT, add_special_tokens=True)
    assert count is not None
    assert count.tokens == 6


def test_the_cache_lies_where_hugging_face_says() -> None:
    assert hugging_face_hub({}) == Path.home() / ".cache" / "huggingface" / "hub"
    assert hugging_face_hub({"XDG_CACHE_HOME": "/x"}) == Path("/x/huggingface/hub")
    assert hugging_face_hub({"HF_HOME": "/h", "XDG_CACHE_HOME": "/x"}) == Path("/h/hub")
    assert hugging_face_hub({"HF_HUB_CACHE": "/c", "HF_HOME": "/h"}) == Path("/c")


def test_a_broken_tokenizer_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place(tmp_path / "broken", "{ not json")
    tokenizers = Tokenizers((tmp_path,))
    assert [tokens(tokenizers, "broken") for _ in range(3)] == [None, None, None]
    assert len(caplog.records) == 1
    assert "broken" in caplog.text


def test_a_mended_tokenizer_is_used(tmp_path: Path) -> None:
    file = place(tmp_path / "broken", "{ not json")
    tokenizers = Tokenizers((tmp_path,))
    assert tokens(tokenizers, "broken") is None
    file.write_text(words())
    assert tokens(tokenizers, "broken") == 5


def test_a_tokenizer_that_comes_later_is_noticed_in_time(tmp_path: Path) -> None:
    now = 0.0
    tokenizers = Tokenizers((tmp_path,), clock=lambda: now)
    assert tokens(tokenizers, "late") is None
    place(tmp_path / "late")
    now = 31.0
    assert tokens(tokenizers, "late") == 5


def test_a_huge_file_is_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = place(tmp_path / "huge")
    with file.open("r+b") as opened:
        opened.truncate(LARGEST_FILE_BYTES + 1)
    assert tokens(Tokenizers((tmp_path,)), "huge") is None
    assert "more than" in caplog.text


def test_a_folder_called_tokenizer_json_is_none(tmp_path: Path) -> None:
    (tmp_path / "odd" / "tokenizer.json").mkdir(parents=True)
    assert tokens(Tokenizers((tmp_path,)), "odd") is None


def test_a_text_too_long_is_unknown(folder: Path) -> None:
    assert tokens(Tokenizers((folder,)), "tiny-t5", "a" * (LONGEST_TEXT + 1)) is None


def test_a_lone_surrogate_is_counted_as_a_character(folder: Path) -> None:
    assert tokens(Tokenizers((folder,)), "tiny-t5", "la \ud800 terre") == 3


def test_few_tokenizers_are_kept(tmp_path: Path) -> None:
    tokenizers = Tokenizers((tmp_path,))
    for number in range(KEPT_TOKENIZERS + 3):
        place(tmp_path / f"model-{number}")
        assert tokens(tokenizers, f"model-{number}") == 5
    assert len(tokenizers._loaded) == KEPT_TOKENIZERS


def test_threads_may_share_it(folder: Path) -> None:
    tokenizers = Tokenizers((folder,))
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: tokens(tokenizers, "tiny-t5"), range(200)))
    assert set(counts) == {5}


def test_without_the_package_nothing_is_counted_and_it_is_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("econome.counting.tokenizers.is_installed", lambda: False)
    caplog.set_level(logging.INFO)
    tokenizers = Tokenizers((folder,))
    assert [tokens(tokenizers, "tiny-t5") for _ in range(2)] == [None, None]
    assert caplog.text.count("econome[count]") == 1


RUN = {"prompts": [PROMPT]}
ANSWER = {
    "generations": [[{"text": "les pommes", "generation_info": None, "type": "Generation"}]],
    "llm_output": None,
}


def test_a_run_of_a_text_model_is_counted(folder: Path) -> None:
    counted = counted_usage(Tokenizers((folder,)), "/models/tiny-t5", RUN, ANSWER)
    assert counted is not None
    usage, convention = counted
    assert usage == Usage(uncached=5 + 1, text_out=2)
    assert convention == f"counted:tokenizer.json@{sha256(words().encode()).hexdigest()[:8]}"


def test_a_call_that_failed_counts_its_prompt_alone(folder: Path) -> None:
    counted = counted_usage(Tokenizers((folder,)), "tiny-t5", RUN, {})
    assert counted is not None
    assert counted[0] == Usage(uncached=6, text_out=None)


def test_every_prompt_and_every_answer_counts(folder: Path) -> None:
    inputs = {"prompts": ["la terre", "les pommes"]}
    outputs = {"generations": [[{"text": "la"}, {"text": "les"}], [{"text": "terre"}]]}
    counted = counted_usage(Tokenizers((folder,)), "tiny-t5", inputs, outputs)
    assert counted is not None
    assert counted[0] == Usage(uncached=(2 + 1) + (2 + 1), text_out=3)


def test_an_empty_answer_has_no_tokens_which_is_known(folder: Path) -> None:
    counted = counted_usage(Tokenizers((folder,)), "tiny-t5", RUN, {"generations": [[{"text": ""}]]})
    assert counted is not None
    assert counted[0].text_out == 0


def test_a_model_without_a_tokenizer_here_is_not_counted(folder: Path) -> None:
    assert counted_usage(Tokenizers((folder,)), "claude-sonnet-4-5", RUN, ANSWER) is None


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (None, None),
        ([], "x"),
        ({"prompts": []}, {"generations": []}),
        ({"prompts": [1]}, {"generations": [[]]}),
        ({"messages": [["x"]]}, {"generations": [[{"text": "x", "message": {"kwargs": {}}}]]}),
        ({"prompts": ["x", None]}, {"generations": [[{"text": "x"}, {"text": None}]]}),
        ({"prompts": "x"}, {"generations": {"0": "x"}}),
    ],
)
def test_other_shapes_have_no_texts(inputs: object, outputs: object) -> None:
    assert texts_of(inputs, outputs) == Texts(None, None)


def test_a_chat_is_estimated_with_the_tokenizer_that_the_operator_gave(folder: Path) -> None:
    inputs = {"messages": [{"role": "user", "content": PROMPT}]}
    outputs = {"message": {"role": "assistant", "content": "les pommes"}}
    found = estimated_chat(Tokenizers((folder,)), "tiny-t5", inputs, outputs)
    assert found is not None
    assert found[0] == Usage(uncached=3 + (3 + 1 + 5), text_out=2)
    assert found[1] == f"estimated:tokenizer.json@{sha256(words().encode()).hexdigest()[:8]}"
