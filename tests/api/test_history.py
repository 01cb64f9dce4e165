"""Any question at the prices of another day, and in another currency."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from builders import NOON, SINCE, UNTIL, a_run, insert_runs
from econome.domain.money import text_of
from econome.domain.price import STATED
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.usage import Bucket, Usage
from econome.pricing.cost import cost_of
from econome.web.context import Econome

DAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "o3"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
    ("deepseek", "deepseek-chat"),
    ("", "nobody-s-model"),
)


class Asking:
    """A client of a whole server, asking over the day of the builders."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.econome: Econome = client.app.state.econome  # type: ignore[attr-defined]
        self.store = self.econome.store

    def ask(self, path: str, **parameters: str | int) -> Any:
        given = {"since": SINCE.isoformat(), "until": UNTIL.isoformat(), **parameters}
        answer = self.client.get(f"/econome/v1/{path}", params=given)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def asking(server: TestClient) -> Asking:
    return Asking(server)


def some_runs(seed: int, many: int) -> list[Any]:
    dice = random.Random(seed)  # noqa: S311
    runs = []
    for _ in range(many):
        provider, model = dice.choice(MODELS)
        buckets = {
            bucket.value: dice.choice((0, 1, 7, 1_234, 150_000, 210_000))
            for bucket in dice.sample(list(Bucket), dice.randint(0, 6))
            if bucket not in {Bucket.AUDIO_OUT, Bucket.IMAGE_OUT}
        }
        if dice.random() < 0.8:
            buckets |= {"uncached": 1_000, "text_out": dice.choice((1, 333))}
        runs.append(
            a_run(
                provider=provider,
                model=model,
                service_tier=dice.choice(("", "", "default", "batch", "flex", "priority")),
                started_at=NOON + timedelta(seconds=dice.randint(0, 3000)),
                fees=dice.choice((*[{}] * 7, {"web_search": 3})),
                kind="llm",
                **buckets,
            )
        )
    return runs


@pytest.mark.parametrize("seed", range(4))
def test_each_run_costs_at_another_day_s_prices_what_its_bill_says(asking: Asking, seed: int) -> None:
    runs = some_runs(seed, 150)
    insert_runs(asking.store, runs)
    book = asking.econome.prices
    expected = {}
    for run in runs:
        price = book.price(run.provider, run.model, AT, run.service_tier, run.input_tokens or 0)
        usage = Usage(**{bucket.value: getattr(run, bucket.value) for bucket in Bucket})
        bill = cost_of(usage, price, run.fees, Decimal(1)) if price and run.usage_source else None
        expected[str(run.id)] = None if bill is None else text_of(bill.total)
    rows = asking.ask("runs", prices=DAY.isoformat(), limit=1000)["rows"]
    assert {row["id"]: row["cost"] for row in rows} == expected
    known = [Decimal(cost) for cost in expected.values() if cost is not None]
    assert len(known) > 15
    totals = asking.ask("overview", prices=DAY.isoformat())
    assert totals["prices"] == "2026-07-01"
    assert Decimal(totals["totals"]["cost"]) == sum(known, Decimal(0))


def test_a_question_as_recorded_is_not_touched(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="gpt-4o", provider="openai", uncached=1000, cost=Decimal(7))])
    assert asking.ask("overview", prices="recorded")["totals"]["cost"] == "7"
    assert asking.ask("overview")["totals"]["cost"] == "7"
    assert asking.ask("overview")["prices"] == "recorded"


def test_a_cost_that_the_app_stated_stays(asking: Asking) -> None:
    stated = a_run(
        model="gpt-4o", provider="openai", uncached=1000, text_out=0, cost=Decimal(7), price=STATED.id
    )
    insert_runs(asking.store, [stated])
    (row,) = asking.ask("runs", prices="2026-07-01")["rows"]
    assert (row["cost"], row["our_cost"]) == ("7", "0.0025")


def test_every_question_takes_another_day_s_prices(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(model="gpt-4o", provider="openai", uncached=1000, text_out=0, user="ada", cost=Decimal(7))],
    )
    asked = {"prices": "2026-07-01"}
    assert asking.ask("spend", by="user", **asked)["rows"][0]["totals"]["cost"] == "0.0025"
    series = asking.ask("series", **asked)
    assert [cost for cost in series["series"][0]["cost"] if cost] == ["0.0025"]
    trace = asking.ask("runs", view="traces", **asked)["rows"][0]
    assert trace["totals"]["cost"] == "0.0025"
    assert asking.ask("runs", filter="lt(total_cost, 1)", **asked)["rows"]
    assert not asking.ask("runs", filter="lt(total_cost, 1)")["rows"]


@pytest.mark.parametrize("day", ["yesterday", "1800-01-01", "2026-13-01", ""])
def test_a_day_that_is_none_is_refused(asking: Asking, day: str) -> None:
    answer = asking.client.get("/econome/v1/overview", params={"prices": day})
    assert answer.status_code == 400
    assert "prices" in answer.json()["detail"]


def test_amounts_are_shown_in_another_currency_at_the_rate_of_each_run_s_day(asking: Asking) -> None:
    for day, rate in (("2026-03-18", "0.9"), ("2026-03-19", "0.8")):
        said = {"currency": "EUR", "day": day, "rate": rate}
        assert asking.client.post("/econome/v1/currency", json=said).status_code == 201
    insert_runs(
        asking.store,
        [
            a_run(uncached=1, cost=Decimal(100), started_at=NOON - timedelta(days=1)),
            a_run(uncached=1, cost=Decimal(10), started_at=NOON),
            a_run(uncached=1, cost=Decimal(1), started_at=NOON + timedelta(days=1)),
        ],
    )
    answer = asking.ask("overview", since="2026-03-16", until="2026-03-21", currency="eur")
    assert answer["currency"] == "EUR"
    assert answer["totals"]["cost"] == "9.8"
    assert answer["totals"]["coverage"]["unpriced"] == 1


def test_another_day_s_prices_and_another_currency_go_together(asking: Asking) -> None:
    asking.client.post("/econome/v1/currency", json={"currency": "EUR", "day": "2026-01-01", "rate": "0.5"})
    insert_runs(asking.store, [a_run(model="gpt-4o", provider="openai", uncached=1000, text_out=0)])
    assert asking.ask("overview", prices="2026-07-01", currency="EUR")["totals"]["cost"] == "0.00125"


def test_a_currency_without_a_rate_is_refused_with_what_to_do(asking: Asking) -> None:
    answer = asking.client.get("/econome/v1/overview", params={"currency": "CHF"})
    assert answer.status_code == 400
    assert "econome currency set CHF" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"currency": "USD", "day": "2026-01-01", "rate": "1"}, "'USD'"),
        ({"currency": "euro", "day": "2026-01-01", "rate": "1"}, "'euro'"),
        ({"currency": "EUR", "day": "today", "rate": "1"}, "'today'"),
        ({"currency": "EUR", "day": "2026-01-01", "rate": "0"}, "'0'"),
        ({"currency": "EUR", "day": "2026-01-01", "rate": "x"}, "'x'"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(asking: Asking, said: dict[str, str], why: str) -> None:
    answer = asking.client.post("/econome/v1/currency", json=said)
    assert answer.status_code == 400
    assert why in answer.json()["detail"]


def test_the_journal_tells_who_changed_what(asking: Asking) -> None:
    asking.client.post("/econome/v1/currency", json={"currency": "EUR", "day": "2026-01-01", "rate": "0.5"})
    asking.client.post("/econome/v1/prices", json={"model": "m", "rates": {"uncached": "1"}})
    asking.client.post("/econome/v1/prices", json={"model": "m", "rates": {"uncached": "2"}})
    newest, second, first = asking.client.get("/econome/v1/journal").json()["rows"]
    assert (newest["action"], newest["author"]) == ("price set", "admin")
    assert newest["detail"]["before"]["rates"] == {"uncached": "1"}
    assert second["detail"]["before"] is None
    assert first["action"] == "exchange rate set"


def test_no_page_of_the_journal_leaves_out_what_was_written_at_the_same_instant(asking: Asking) -> None:
    many = 7
    identities = [uuid4() for _ in range(many)]
    columns = {"id": identities, "at": [NOON] * many, "workspace": [DEFAULT_WORKSPACE] * many}
    texts = {"author": ["admin"] * many, "action": ["price set"] * many, "detail": ["{}"] * many}
    asking.store.insert("journal", {**columns, **texts})
    seen: list[str] = []
    cursor = ""
    for _ in range(many):
        page = asking.client.get("/econome/v1/journal", params={"limit": 2, "cursor": cursor}).json()
        seen += [entry["id"] for entry in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == many
    assert set(seen) == set(map(str, identities))


@pytest.mark.parametrize("cursor", ["2026-03-19", "x", "bnVsbA", "WzEsMl0", "WzFlOTksIiJd"])
def test_a_cursor_that_no_page_gave_is_refused(asking: Asking, cursor: str) -> None:
    answer = asking.client.get("/econome/v1/journal", params={"cursor": cursor})
    assert answer.status_code == 400
    assert cursor in answer.json()["detail"]
