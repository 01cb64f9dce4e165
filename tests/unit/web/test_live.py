"""Live: who hears of what, how often, and until when."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from econome.web.errors import Busy
from econome.web.live import MOST_PROJECTS, Change, Live

ACME, OTHER = uuid4(), uuid4()
SHOP, BLOG = UUID(int=1), UUID(int=2)


def everything(_project: UUID) -> bool:
    return True


async def test_a_listener_hears_of_its_workspace_and_of_no_other() -> None:
    live = Live(every=0.01)
    changes = live.subscribe(ACME, everything)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    live.publish(OTHER, [BLOG], 9)
    live.publish(ACME, [SHOP], 3)
    assert await waiting == Change(frozenset({SHOP}), 3)
    await changes.aclose()
    assert live.listeners == 0


async def test_many_changes_become_one() -> None:
    live = Live(every=0.05)
    changes = live.subscribe(ACME, everything)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    live.publish(ACME, [SHOP], 1)
    await waiting
    for _ in range(100):
        live.publish(ACME, [SHOP, BLOG], 2)
    assert await anext(changes) == Change(frozenset({SHOP, BLOG}), 200)
    await changes.aclose()


async def test_what_comes_too_often_waits() -> None:
    live = Live(every=0.1)
    clock = asyncio.get_running_loop().time
    changes = live.subscribe(ACME, everything)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    live.publish(ACME, [SHOP], 1)
    await waiting
    before = clock()
    live.publish(ACME, [SHOP], 1)
    await anext(changes)
    assert clock() - before > 0.05
    await changes.aclose()


async def test_a_narrow_listener_hears_of_its_projects_only_and_no_count_of_others() -> None:
    live = Live(every=0.0)
    changes = live.subscribe(ACME, lambda project: project == SHOP)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    live.publish(ACME, [BLOG], 5)
    live.publish(ACME, [SHOP, BLOG], 7)
    assert await waiting == Change(frozenset({SHOP}), 0)
    await changes.aclose()


async def test_too_much_news_is_told_as_anything_may_have_changed() -> None:
    live = Live(every=0.0)
    changes = live.subscribe(ACME, everything)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    live.publish(ACME, [uuid4() for _ in range(MOST_PROJECTS + 1)], 1)
    change = await waiting
    assert change is not None
    assert change.projects == frozenset()
    await changes.aclose()


async def test_silence_is_broken_now_and_then() -> None:
    live = Live()
    changes = live.subscribe(ACME, everything, idle=0.01)
    assert await anext(changes) is None
    await changes.aclose()


async def test_every_listener_ends_at_once_when_the_server_does() -> None:
    live = Live()
    waiting = [asyncio.ensure_future(anext(live.subscribe(ACME, everything), "over")) for _ in range(3)]
    await asyncio.sleep(0)
    live.close()
    assert await asyncio.gather(*waiting) == ["over"] * 3
    assert live.is_closed


async def test_there_is_a_limit_to_listeners() -> None:
    live = Live(most=1)
    waiting = asyncio.ensure_future(anext(live.subscribe(ACME, everything), "over"))
    await asyncio.sleep(0)
    assert live.is_full
    with pytest.raises(Busy):
        await anext(live.subscribe(ACME, everything))
    live.close()
    await waiting


def test_a_change_is_one_event_of_one_line() -> None:
    event = Change(frozenset({BLOG, SHOP}), 4).event()
    assert event == (
        b'event: changed\ndata: {"projects":["00000000-0000-0000-0000-000000000001",'
        b'"00000000-0000-0000-0000-000000000002"],"runs":4}\n\n'
    )
