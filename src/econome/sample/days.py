"""The sample, day by day: a small garden shop with five models of four providers.

What happened on a day is a function of the day alone. So loading twice is harmless, and
loading again tomorrow adds tomorrow: the same day has the same runs, at the same times, with the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from econome.sample.catalogue import description, digest, moderation, slogan
from econome.sample.orders import OrderAgent
from econome.sample.recording import Json, Recording
from econome.sample.scene import LANGUAGES, SHARES, Scene
from econome.sample.support import conversation

DAYS = 7
SEED = "a garden shop"

# Visits per hour of the day (UTC): asleep, a morning, a lunch, an evening in front of the screen.
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 14, 11, 9, 11, 13, 12, 11, 12, 14, 16, 15, 10, 5, 2)
VISITS_OF_A_WORKING_DAY = 46
WEEKEND_SHARE = 0.6
USERS = 60


def traces_between(since: datetime, until: datetime) -> Iterator[list[Json]]:
    """The traces that began and ended in a span, each as its runs, parents first."""
    day = since.astimezone(UTC).date()
    while day <= until.astimezone(UTC).date():
        for recording in _traces_of(day):
            ended_at = recording.root.ended_at
            if recording.root.started_at >= since and ended_at is not None and ended_at < until:
                yield [step.whole() for step in recording.steps]
        day += timedelta(days=1)


def last_days(now: datetime) -> Iterator[list[Json]]:
    """The traces of the last seven days."""
    return traces_between(now - timedelta(days=DAYS), now)


def _traces_of(day: date) -> Iterator[Recording]:
    random = Random(f"{SEED}/{day.isoformat()}")
    busy = 1.0 if day.weekday() < 5 else WEEKEND_SHARE
    visits = round(VISITS_OF_A_WORKING_DAY * busy * random.uniform(0.85, 1.15))
    bad_hour = random.choice((9, 14, 18))
    bad_hours = (bad_hour, bad_hour + 1) if day.toordinal() % 2 else ()
    hours = sorted(random.choices(range(24), BY_HOUR, k=visits))
    yield digest(_scene(day, random, 0, time(2, 0), outage=False))
    for number, hour in enumerate(hours, 1):
        moment = time(hour, random.randrange(60), random.randrange(60), random.randrange(10**6))
        scene = _scene(day, random, number, moment, outage=hour in bad_hours)
        yield from _visit(scene, random.random())


def _visit(scene: Scene, chance: float) -> Iterator[Recording]:
    if chance < 0.42:
        yield from conversation(scene)
    elif chance < 0.64:
        yield OrderAgent(scene).case()
    elif chance < 0.76:
        yield description(scene)
    elif chance < 0.96:
        yield moderation(scene)
    else:
        yield slogan(scene)


def _scene(day: date, random: Random, number: int, at: time, *, outage: bool) -> Scene:
    key = f"{SEED}/{day.isoformat()}/{number}"
    return Scene(
        key=key,
        now=datetime.combine(day, at, UTC),
        random=Random(key),
        language=random.choices(LANGUAGES, SHARES)[0],
        user=f"customer-{random.randrange(USERS):02d}",
        version=f"2.{day.toordinal() // 7 % 50}",
        outage=outage,
    )
