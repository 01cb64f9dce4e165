"""Parts come whole and in order, and a body that breaks off still gives those before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.wire.multipart import BrokenMultipart, boundary_of, parts_of

BOUNDARY = b"f23d15eeed214e8bb87996bcda1a1102"


def body(*parts: tuple[str, bytes], closed: bool = True) -> bytes:
    heads = (
        b'Content-Disposition: form-data; name="%s"\r\nContent-Type: application/json; length=%d\r\n\r\n%s'
        % (name.encode(), len(content), content)
        for name, content in parts
    )
    whole = b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in heads)
    return whole + b"--" + BOUNDARY + b"--\r\n" if closed else whole


def test_a_part_has_its_name_and_its_type_without_parameters() -> None:
    (part,) = parts_of(body(("post.1.inputs", b'{"q":1}')), BOUNDARY)
    assert (part.name, part.mime, part.content) == ("post.1.inputs", "application/json", b'{"q":1}')


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z.]{1,20}", fullmatch=True), st.binary(max_size=200)), max_size=8)
)
def test_what_was_sent_is_what_comes(parts: list[tuple[str, bytes]]) -> None:
    found = [(part.name, part.content) for part in parts_of(body(*parts), BOUNDARY)]
    assert found == parts


@pytest.mark.parametrize("cut", [1, 5, 40, 100])
def test_a_body_that_breaks_off_gives_what_came_before(cut: int) -> None:
    parts = parts_of(body(("a", b"1"), ("b", b"2" * 200))[: -cut - 37], BOUNDARY)
    assert next(parts).name == "a"
    with pytest.raises(BrokenMultipart, match="ends inside the part"):
        next(parts)


def test_a_body_without_its_boundary_says_so() -> None:
    with pytest.raises(BrokenMultipart, match="does not occur"):
        list(parts_of(b"nonsense", BOUNDARY))


def test_a_preamble_is_passed_over() -> None:
    assert [part.name for part in parts_of(b"hello\r\n" + body(("a", b"1")), BOUNDARY)] == ["a"]


@pytest.mark.parametrize(
    "header",
    [
        "multipart/form-data; boundary=abc",
        'multipart/form-data; charset=utf-8; boundary="abc"',
        "x; Boundary=abc",
    ],
)
def test_the_boundary_is_read_in_every_spelling(header: str) -> None:
    assert boundary_of(header) == b"abc"


def test_a_type_without_boundary_is_said() -> None:
    with pytest.raises(BrokenMultipart, match="No boundary"):
        boundary_of("multipart/form-data")
