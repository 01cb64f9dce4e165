"""Settings: where they come from, what they refuse, and that their page says what the code says."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from econome.settings import (
    Settings,
    SettingsError,
    default_data,
    explanations,
    reference,
    settings,
    unknown_variables,
    without_password,
)

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_the_reference_page_says_what_the_code_says() -> None:
    """Otherwise: python -m econome.settings > docs/reference/settings.md"""
    assert PAGE.read_text("utf-8") == reference()


def test_every_setting_is_explained() -> None:
    assert [one.name for one in fields(Settings)] == list(explanations())


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_default() -> None:
    environ = {"ECONOME_PORT": "5000", "ECONOME_HOST": "::1"}
    chosen = settings({"port": 6000, "host": None}, environ)
    assert (chosen.port, chosen.host, chosen.readers) == (6000, "::1", 4)


@pytest.mark.parametrize(
    ("text", "size"), [("1000", 1000), ("64 MiB", 64 << 20), ("2GiB", 2 << 30), ("3kB", 3000)]
)
def test_bytes_may_be_written_with_a_unit(text: str, size: int) -> None:
    assert settings({}, {"ECONOME_MAX_BODY_BYTES": text}).max_body_bytes == size


def test_lists_and_switches_are_read_from_variables() -> None:
    environ = {"ECONOME_ALLOWED_HOSTS": "a.test, .b.test,", "ECONOME_TEXT_INDEX": "No"}
    chosen = settings({}, environ)
    assert (chosen.allowed_hosts, chosen.text_index) == (("a.test", ".b.test"), False)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("ECONOME_PORT", "http"),
        ("ECONOME_PORT", "70000"),
        ("ECONOME_PORT", "-1"),
        ("ECONOME_TEXT_INDEX", "perhaps"),
        ("ECONOME_MAX_BODY_BYTES", "12 parsecs"),
        ("ECONOME_MAX_BODY_BYTES", "0"),
        ("ECONOME_LOG_LEVEL", "loud"),
        ("ECONOME_STORE", "/var/lib/econome"),
        ("ECONOME_STORE", "postgres://u:p@host/x"),
        ("ECONOME_READERS", "4KiB"),
        ("ECONOME_DATA", " "),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(variable: str, text: str) -> None:
    name = variable.removeprefix("ECONOME_").lower().split("_")[-1]
    with pytest.raises(SettingsError, match=rf"(?i){name}"):
        settings({}, {variable: text})


def test_a_slip_of_the_pen_in_a_variable_is_noticed() -> None:
    assert unknown_variables({"ECONOME_PROT": "1", "ECONOME_PORT": "1", "HOME": "/"}) == ["ECONOME_PROT"]


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  (a text)
        ("::", False),
        ("10.0.0.7", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_reaches_a_loopback_address(host: str, is_loopback: bool) -> None:
    assert Settings(host=host).is_loopback is is_loopback


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("clickhouse://me:secret@host:8123/traces", "clickhouse://me:***@host:8123/traces"),
        ("clickhouse://me:se@cret@host/traces", "clickhouse://me:***@host/traces"),
        ("clickhouse://host/traces?password=secret", "clickhouse://host/traces?…"),
        ("chdb:///var/lib/x", "chdb:///var/lib/x"),
        ("", ""),
    ],
)
def test_the_password_of_a_store_is_never_shown(dsn: str, shown: str) -> None:
    assert without_password(dsn) == shown
    assert "secret" not in str(Settings(store=dsn).shown())


def test_without_a_dsn_the_store_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).dsn == f"chdb://{tmp_path}/store"


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"XDG_DATA_HOME": "/x"}, "/x/econome"),
        ("linux", {}, "~/.local/share/econome"),
        ("darwin", {"XDG_DATA_HOME": "/x"}, "~/Library/Application Support/econome"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/econome"),
    ],
)
def test_data_lie_where_the_platform_keeps_them(platform: str, environ: dict[str, str], folder: str) -> None:
    assert default_data(environ, platform) == Path(folder).expanduser()


def test_a_store_with_tls_is_called_at_a_port_that_speaks_it() -> None:
    assert Settings(store="clickhouses://u:p@host/x").dsn == "clickhouses://u:p@host:8443/x"
    assert Settings(store="clickhouses://u:p@host:443/x").dsn == "clickhouses://u:p@host:443/x"
    with pytest.raises(SettingsError, match="8443"):
        Settings(store="clickhouses://u:p@host:8123/x")


def test_a_message_that_repeats_the_store_keeps_its_password() -> None:
    chosen = Settings(store="clickhouses://u:hidden@host/x")
    said = f"{chosen.store} or {chosen.dsn}"
    assert chosen.without_secrets(said) == "clickhouses://u:***@host/x or clickhouses://u:***@host:8443/x"
    assert chosen.place.endswith("--store 'clickhouses://u:***@host/x'")


def test_a_password_that_breaks_the_address_is_not_repeated() -> None:
    with pytest.raises(SettingsError, match="%2F") as refused:
        Settings(store="clickhouse://u:hid/den@host/x")
    assert "hid" not in str(refused.value)
