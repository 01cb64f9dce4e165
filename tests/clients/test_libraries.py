"""The lightest of the real libraries, one of each way to send: `make test-clients` runs all."""

from __future__ import annotations

import pytest

from clients.serving import Running
from libraries.case import PROGRAMS, read
from libraries.run import prove


@pytest.mark.parametrize("program", ["openinference_openai.py", "langfuse_v2.py", "vercel_ai_6.mjs"])
def test_what_a_library_tells_adds_up_to_what_was_served(server: Running, program: str) -> None:
    assert prove(read(PROGRAMS / program), server).wrong == []
