"""Whole numbers as protobuf writes them: seven bits a byte, the last without the mark of the others."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """The bytes of a number that is not negative."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
