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


@pytest.mark.parametrize("cut", [4, 5, 40, 100])
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


def the_end(head: str, content: bytes) -> bytes:
    """A body whose last part has this head and is followed by nothing."""
    text = f'--{BOUNDARY.decode()}\r\nContent-Disposition: form-data; name="last"\r\n{head}\r\n\r\n'
    return body(("a", b"1"), closed=False) + text.encode() + content


@pytest.mark.parametrize("more", [b"", b"\r\n", b"\r\n--f23d15", b"\r\n-"])
@pytest.mark.parametrize(
    ("head", "content"),
    [
        ("Content-Type: image/png\r\nContent-Length: 4", b"\x89PNG"),
        ("content-length: 2\r\nContent-Type: application/json", b"12"),
        ("Content-Type: application/json; length=2", b"12"),
        ("Content-Type: application/json", b'{"a": [1, 2]}'),
        ("Content-Type: application/json", b'"x"'),
    ],
)
def test_a_whole_last_part_needs_no_boundary_behind_it(head: str, content: bytes, more: bytes) -> None:
    parts = parts_of(the_end(head, content) + more, BOUNDARY)
    assert [next(parts).name, next(parts).content] == ["a", content]
    with pytest.raises(BrokenMultipart, match="without its last boundary"):
        next(parts)


@pytest.mark.parametrize(
    ("head", "content"),
    [
        ("Content-Type: image/png\r\nContent-Length: 5", b"\x89PNG"),
        ("Content-Type: application/json; length=20", b'{"a": [1, 2]}'),
        ("Content-Type: application/json", b'{"a": [1, 2]'),
        ("Content-Type: application/json", b"12"),
        ("Content-Type: image/png", b"\x89PNG"),
        ("Content-Type: application/json", b'{"a": 1}, {"b'),
        ("Content-Type: application/json", b""),
    ],
)
def test_a_last_part_that_may_have_been_longer_is_not_taken(head: str, content: bytes) -> None:
    parts = parts_of(the_end(head, content), BOUNDARY)
    assert next(parts).name == "a"
    with pytest.raises(BrokenMultipart, match="ends inside the part"):
        next(parts)


def test_lines_may_end_in_lf_alone() -> None:
    whole = body(("post.1", b'{"a":\r\n\r\n1}'), ("b", b"")).replace(b"\r\n", b"\n")
    for preamble in (b"", b"hello\n"):
        found = [(part.name, part.mime, part.content) for part in parts_of(preamble + whole, BOUNDARY)]
        assert found == [("post.1", "application/json", b'{"a":\n\n1}'), ("b", "application/json", b"")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('attachment.1.a \\"big\\" cat.png', 'attachment.1.a "big" cat.png'),
        ("attachment.1.a %22big%22 cat.png", 'attachment.1.a "big" cat.png'),
        ("attachment.1.line%0D%0Abreak", "attachment.1.line\r\nbreak"),
        ("attachment.1.100%", "attachment.1.100%"),
        ("attachment.1.C:\\folder\\", "attachment.1.C:\\folder\\"),
    ],
)
def test_a_name_keeps_its_quotes(written: str, name: str) -> None:
    (part,) = parts_of(body((written, b"x")), BOUNDARY)
    assert (part.name, part.content) == (name, b"x")
