"""Keys: kept by their hash, known at once, gone at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from econome.domain.key import Role, matches
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.store.client import Store
from econome.store.question import Question
from econome.web.keys import Keys


@pytest.fixture
def keys(store: Store) -> Keys:
    return Keys(store, "eca_token")


@dataclass(frozen=True)
class _Stored:
    text: str


def test_a_new_key_opens_its_workspace(keys: Keys) -> None:
    key, secret = keys.create("shop", Role.INGEST, workspace="acme", projects="shop-*")
    assert keys.of(secret) == key
    assert (key.workspace, key.role, key.projects) == (workspace_id("acme"), Role.INGEST, "shop-*")
    made = keys.workspace(workspace_id("acme"))
    assert made is not None
    assert made.name == "acme"


def test_a_store_has_no_keys_until_one_is_made(keys: Keys) -> None:
    before = keys.is_empty
    keys.create("shop", Role.INGEST)
    assert (before, keys.is_empty) == (True, False)


def test_revoking_the_last_key_is_not_forgotten(keys: Keys, store: Store) -> None:
    assert not keys.ever_made
    key, _ = keys.create("shop", Role.INGEST)
    keys.revoke(key.id)
    store.command("optimize table keys final")
    again = Keys(store, "eca_token")
    assert (keys.is_empty, keys.ever_made) == (True, True)
    assert (again.is_empty, again.ever_made) == (True, True)


def test_keys_outlive_the_server(keys: Keys, store: Store) -> None:
    key, secret = keys.create("shop", Role.READ)
    again = Keys(store, "eca_token")
    assert again.of(secret) == key
    assert again.workspace(DEFAULT_WORKSPACE) is not None


def test_a_revoked_key_stays_revoked_even_if_the_clock_went_back(
    keys: Keys, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = keys.create("shop", Role.READ)
    monkeypatch.setattr("time.time_ns", lambda: 0)
    assert keys.revoke(key.id) == key
    assert keys.revoke(key.id) is None
    assert keys.of(secret) is None
    assert Keys(store, "eca_token").is_empty


def test_the_key_itself_is_nowhere_in_the_store(keys: Keys, store: Store) -> None:
    _, secret = keys.create("shop", Role.ADMIN)
    rows = store.ask(_Stored, Question("all", "select toString(tuple(*)) as text from keys"))
    assert len(rows) == 1
    assert secret not in rows[0].text
    assert secret[-4:] in rows[0].text


def test_two_keys_are_never_alike(keys: Keys) -> None:
    secrets = {keys.create("shop", Role.INGEST)[1] for _ in range(5)}
    assert len(secrets) == 5
    assert all(secret.startswith("eco_") and len(secret) == 47 for secret in secrets)


def test_a_workspace_lists_its_own_keys(keys: Keys) -> None:
    mine, _ = keys.create("mine", Role.READ)
    theirs, _ = keys.create("theirs", Role.READ, workspace="acme")
    assert keys.all(DEFAULT_WORKSPACE) == [mine]
    assert keys.all() == [mine, theirs]


def test_only_the_admin_token_is_the_admin_token(keys: Keys) -> None:
    assert keys.is_admin_token("eca_token")
    assert not keys.is_admin_token("eca_tokem")
    assert not keys.is_admin_token("")
    assert not keys.is_admin_token("clé")


def test_an_admin_may_all_and_the_others_only_their_own() -> None:
    allowed = {(have, want) for have in Role for want in Role if have.includes(want)}
    assert allowed == {(Role.ADMIN, role) for role in Role} | {
        (Role.INGEST, Role.INGEST),
        (Role.READ, Role.READ),
    }


@pytest.mark.parametrize(
    ("patterns", "name", "fits"),
    [
        (None, "anything", True),
        ("shop-*", "shop-eu", True),
        ("shop-*", "Shop-eu", False),
        ("blog, shop-?", "shop-1", True),
        ("blog,shop-?", "shop-12", False),
        ("", "anything", False),
    ],
)
def test_patterns_narrow_a_key_to_projects_by_name(patterns: str | None, name: str, fits: bool) -> None:
    assert matches(patterns, name) is fits
