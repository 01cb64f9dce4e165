"""Exports of each format, told by their content."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from econome.domain.usage import INPUT, Bucket
from econome.reconcile.reading import BadExport, read
from econome.reconcile.statement import COST, FEE_COST, TOKEN_COST

DAY = date(2026, 11, 1)
NOON = 1793534400  # 2026-11-01 12:00 UTC

# As published: /v1/organization/costs, grouped by line item.
OPENAI_COSTS = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": NOON - 43_200,
            "end_time": NOON + 43_200,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": 0.06, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, input",
                    "project_id": None,
                },
                {
                    "object": "organization.costs.result",
                    "amount": {"value": 1.1, "currency": "usd"},
                    "line_item": None,
                },
            ],
        }
    ],
    "has_more": False,
    "next_page": None,
}
# As published: /v1/organizations/cost_report, grouped by description. The amount is in cents.
ANTHROPIC_COST = {
    "data": [
        {
            "starting_at": "2026-11-01T00:00:00Z",
            "ending_at": "2026-11-02T00:00:00Z",
            "results": [
                {
                    "currency": "USD",
                    "amount": "123.45",
                    "workspace_id": None,
                    "cost_type": "tokens",
                    "model": "claude-sonnet-4-5",
                    "token_type": "output_tokens",
                },
                {"currency": "USD", "amount": "2", "cost_type": "web_search", "model": None},
            ],
        }
    ],
    "has_more": True,
    "next_page": "page_x",
}


def test_openai_s_costs_are_read_and_their_model_is_the_line_item_s() -> None:
    how, statement = read(json.dumps(OPENAI_COSTS))
    assert how == "openai.costs"
    assert [(line.day, line.model, line.what, line.amount) for line in statement.lines] == [
        (DAY, "gpt-4o-2024-08-06", COST, Decimal("0.06")),
        (DAY, "", COST, Decimal("1.1")),
    ]


def test_anthropic_s_costs_are_cents() -> None:
    how, statement = read(json.dumps(ANTHROPIC_COST))
    assert how == "anthropic.cost"
    assert [(line.model, line.what, line.amount) for line in statement.lines] == [
        ("claude-sonnet-4-5", TOKEN_COST, Decimal("1.2345")),
        ("", FEE_COST, Decimal("0.02")),
    ]
    assert "has_more" in statement.remarks[0]


def test_several_pages_are_one_export() -> None:
    last = {**ANTHROPIC_COST, "has_more": False}
    for text in (
        json.dumps([ANTHROPIC_COST, last]),
        f"{json.dumps(ANTHROPIC_COST)}\n{json.dumps(last)}\n",
    ):
        _, statement = read(text)
        assert len(statement.lines) == 4
        assert statement.remarks == []


def test_a_plain_csv_tells_what_its_columns_say_and_nothing_of_empty_cells() -> None:
    how, statement = read(
        "day,provider,model,input,text_out,cost,web_search\n2026-11-01,openai,gpt-4o,100,,0.5,2\n"
    )
    assert how == "csv"
    assert [(line.what, line.amount, line.covers) for line in statement.lines] == [
        ("input", 100, INPUT),
        ("cost", Decimal("0.5"), ()),
        ("web_search", 2, ()),
    ]


def test_bad_lines_are_told_and_take_no_other_down() -> None:
    _, statement = read(
        "day,provider,model,uncached,colour\nyesterday,openai,m,1,red\n2026-11-01,openai,m,1.5,\n2026-11-01,openai,m,7,\n"
    )
    assert [(one.place, one.why.split(",")[0]) for one in statement.refused] == [
        ("line 2", "day is 'yesterday'"),
        ("line 3", "uncached is '1.5'"),
    ]
    (line,) = statement.lines
    assert (line.what, line.amount, line.covers) == ("uncached", Decimal(7), (Bucket.UNCACHED,))
    assert "colour" in statement.remarks[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": 1}', '{"data": []}', "[1]", "{not json"])
def test_what_is_no_export_is_refused(text: str) -> None:
    with pytest.raises(BadExport):
        read(text)


@pytest.mark.parametrize(
    "amount", [None, {"value": "x"}, {"value": float("1e40")}, {"value": 1, "currency": "eur"}, 5]
)
def test_an_amount_that_is_none_is_refused_by_its_place(amount: object) -> None:
    page = json.loads(json.dumps(OPENAI_COSTS))
    page["data"][0]["results"][0]["amount"] = amount
    _, statement = read(json.dumps(page))
    assert [one.place for one in statement.refused] == ["data[0].results[0]"]
    assert len(statement.lines) == 1
