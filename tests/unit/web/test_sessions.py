"""A browser's session."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from econome.web.sessions import SESSION_SECONDS, Session, cookie_name, read_session, write_session

SECRET = b"s" * 32


@pytest.mark.parametrize("key_id", [None, UUID(int=7)])
def test_a_session_is_read_as_it_was_written(key_id: UUID | None) -> None:
    session = Session(key_id, uuid4())
    assert read_session(SECRET, write_session(SECRET, session)) == session


def test_a_session_ends_after_a_month() -> None:
    session = Session(None, uuid4())
    cookie = write_session(SECRET, session, now=1000.0)
    assert read_session(SECRET, cookie, now=1000.0 + SESSION_SECONDS - 1) == session
    assert read_session(SECRET, cookie, now=1000.0 + SESSION_SECONDS) is None


def test_a_session_that_was_touched_is_none() -> None:
    cookie = write_session(SECRET, Session(UUID(int=7), uuid4()))
    for place in range(0, len(cookie), 7):
        other = "0" if cookie[place] != "0" else "1"
        assert read_session(SECRET, cookie[:place] + other + cookie[place + 1 :]) is None


@pytest.mark.parametrize("cookie", ["", ".", "...", "operator.x.y.z", "é"])
def test_nonsense_is_no_session(cookie: str) -> None:
    assert read_session(SECRET, cookie) is None


def test_another_server_has_another_cookie_and_another_signature() -> None:
    cookie = write_session(SECRET, Session(None, uuid4()))
    assert read_session(b"t" * 32, cookie) is None
    assert cookie_name(b"t" * 32) != cookie_name(SECRET)
