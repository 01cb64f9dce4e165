"""Any question at the prices of another day, or in another currency.

Questions ask `from runs final`. For other money they ask a subquery instead, which has the same
columns with other amounts: each call's bill is made again by the engine, line by line as
`pricing.cost` makes it, from rates that the book was asked for once per model, tier and project
(decision 0008): by `*` of the widest decimals, for `multiplyDecimal` goes digit by digit. What an app
stated as its cost stays: nobody else can know another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from econome.analytics.errors import BadQuestion
from econome.domain.money import text_of
from econome.domain.price import STATED, Price
from econome.domain.scope import EVERYTHING, Scope
from econome.domain.usage import INPUT, OUTPUT, Bucket, Fee
from econome.pricing.book import PriceBook
from econome.pricing.cost import rate_of
from econome.store.client import Store
from econome.store.question import question

MOST_GROUPS = 5_000
_AROUND = timedelta(days=8)  # a trace that is in the span may have runs beside it
_COUNTED_FEES = tuple(fee for fee in Fee if fee not in (Fee.REQUEST, Fee.SECOND))
_MONEY = ("cost", "input_cost", "output_cost", "fee_cost", "our_cost")
_STATED_MONEY = ("cost_reported", "input_cost_reported", "output_cost_reported")
_ALIASES = (
    "billed, effective_user, effective_session, effective_environment, effective_tags, effective_metadata, "
    "effective_prompt_version"
)
"""Columns that the engine calculates, which `*` leaves out."""


@dataclass(frozen=True, slots=True)
class _Group:
    provider: str
    model: str
    tier: str
    project: UUID


def at_prices_of(
    store: Store, book: PriceBook, scope: Scope, day: date, name_of: Callable[[UUID, UUID], str]
) -> Scope:
    """The scope, its amounts at the prices of `day`, at noon UTC where they depend on the hour.

    What has no price then has no cost. Raises `BadQuestion` for more models than can be told apart.
    """
    around = replace(scope, since=scope.since - _AROUND, until=scope.until + _AROUND)
    groups = store.ask(
        _Group, question("priced_groups"), EVERYTHING, limit=MOST_GROUPS + 1, **around.parameters()
    )
    if len(groups) > MOST_GROUPS:
        raise BadQuestion(f"prices: there are more than {MOST_GROUPS} models in this time. Ask for less.")
    noon = datetime.combine(day, time(12), UTC)
    keys: list[str] = []
    prices: list[Price] = []
    steps: set[int] = {0}
    for group in groups:
        name = name_of(scope.workspace, group.project) if book.has_overrides else ""
        steps.update(book.steps(group.provider, group.model, scope.workspace, name))
    for group in groups:
        name = name_of(scope.workspace, group.project) if book.has_overrides else ""
        for step in sorted(steps):
            price = book.price(
                group.provider, group.model, noon, group.tier, step + 1 if step else 0, scope.workspace, name
            )
            if price is not None:
                key = (group.provider, group.model, group.tier, str(group.project), str(step))
                keys.append("\n".join(key))
                prices.append(price)
    parameters: dict[str, object] = {
        **scope.filter.parameters,
        "at_keys": keys,
        "at_places": list(range(1, len(keys) + 1)),
        "at_steps": sorted(steps),
        "at_stated": STATED.id,
        "at_fee_names": [fee.value for fee in _COUNTED_FEES],
        "at_price": [price.id for price in prices],
        "at_kind": [_kind(price) for price in prices],
        "at_asks_input": [int(bool(price.rates.get(Bucket.UNCACHED))) for price in prices],
        "at_asks_output": [int(bool(price.rates.get(Bucket.TEXT_OUT))) for price in prices],
    }
    rates = {bucket: [_per_token(rate_of(bucket, price)) for price in prices] for bucket in Bucket}
    rated = frozenset(bucket for bucket, texts in rates.items() if any(texts))
    parameters |= {f"at_{bucket.value}": rates[bucket] for bucket in rated}
    fees = {fee: [_text(price.fees.get(fee)) for price in prices] for fee in Fee}
    rated_fees = frozenset(fee for fee, texts in fees.items() if any(texts))
    parameters |= {f"at_fee_{fee.value}": fees[fee] for fee in rated_fees}
    source = _at_prices(rated, rated_fees)
    if scope.filter.source:
        source = source.replace("runs final", scope.filter.source)
    return replace(scope, filter=replace(scope.filter, parameters=parameters, source=source), prices_at=day)


def in_currency(scope: Scope, currency: str, rates: Sequence[tuple[date, Decimal]]) -> Scope:
    """The scope, its amounts in `currency` at the rate of the day of each run.

    `rates` are how much one US dollar buys from a day on. A run before the first has no amount.
    """
    if not rates:
        raise BadQuestion(
            f"currency: there is no rate for {currency}. Set one: econome currency set {currency} DAY RATE"
        )
    inner = scope.filter.source or "runs final"
    aliases = "" if scope.filter.source else f", {_ALIASES}"
    ordered = sorted(rates)
    parameters = {
        **scope.filter.parameters,
        "in_days": [day for day, _ in ordered],
        "in_rates": [text_of(rate) for _, rate in ordered],
    }
    source = _IN_CURRENCY.replace("ALIASES", aliases).replace("INNER", inner)
    return replace(
        scope, filter=replace(scope.filter, parameters=parameters, source=source), currency=currency
    )


def _kind(price: Price) -> int:
    """1: tokens have a price; 2: only time or the call itself; 3: only what is told by the piece."""
    if price.rates:
        return 1
    return 2 if price.fees.keys() & {Fee.REQUEST, Fee.SECOND} else 3


def _per_token(rate: Decimal | None) -> str:
    return "" if rate is None else text_of(rate.scaleb(-6))


def _text(rate: Decimal | None) -> str:
    return "" if rate is None else text_of(rate)


_NOTHING = "toDecimal256(0, 24)"


def _sum(buckets: Iterable[Bucket], rated: frozenset[Bucket]) -> str:
    """The lines of these buckets. One that no price has a rate for has no line, and must be empty."""
    names = [bucket.value for bucket in buckets if bucket in rated]
    lines = [
        f"if(ifNull({name}, 0) = 0, {_NOTHING}, roundBankers(toDecimal256(ifNull({name}, 0), 0)"
        f" * arrayMap(x -> toDecimal256OrNull(x, 24), {{at_{name}:Array(String)}})[at_place], 18))"
        for name in names
    ]
    others = [f"ifNull({bucket.value}, 0) = 0" for bucket in buckets if bucket not in rated]
    if others:
        lines.append(f"if({' and '.join(others)}, {_NOTHING}, null)")
    return " + ".join(lines)


def _rate_of_fee(fee: Fee) -> str:
    return f"arrayMap(x -> toDecimal256OrNull(x, 18), {{at_fee_{fee.value}:Array(String)}})[at_place]"


def _sum_of_fees(rated: frozenset[Fee]) -> str:
    lines = [
        f"if(fees['{fee.value}'] = 0, {_NOTHING}, toDecimal256(fees['{fee.value}'], 6) * {_rate_of_fee(fee)})"
        for fee in _COUNTED_FEES
        if fee in rated
    ]
    others = [f"fees['{fee.value}'] = 0" for fee in _COUNTED_FEES if fee not in rated]
    if others:
        lines.append(f"if(empty(fees) or ({' and '.join(others)}), {_NOTHING}, null)")
    if Fee.REQUEST in rated:
        lines.append(f"ifNull(toDecimal256({_rate_of_fee(Fee.REQUEST)}, 24), {_NOTHING})")
    if Fee.SECOND in rated:
        seconds = (
            "toDecimal256(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at), 0)"
            " * toDecimal256('0.000001', 6)"
        )
        second = _rate_of_fee(Fee.SECOND)
        lines.append(f"if(isNull({second}), {_NOTHING}, roundBankers({seconds} * {second}, 18))")
    return " + ".join(lines) or _NOTHING


def _at_prices(rated: frozenset[Bucket], rated_fees: frozenset[Fee]) -> str:
    """The source with lines for what any price has a rate for: the engine reads each of them anew."""
    return (
        _AT_PRICES.replace("LINES_IN", _sum(INPUT, rated))
        .replace("LINES_OUT", _sum(OUTPUT, rated))
        .replace("LINES_FEE", _sum_of_fees(rated_fees))
    )


_AT_PRICES = f"""(
    select * except (at_place, at_has, at_input, at_output, at_fee, at_is_known, at_is_stated,
                     at_input_cost, at_output_cost, at_fee_cost, at_cost) replace (
        if(at_is_stated, price, if(isNull(at_cost), toUUID('00000000-0000-0000-0000-000000000000'),
                                   {{at_price:Array(UUID)}}[at_place])) as price,
        at_cost as our_cost,
        if(at_is_stated, cost, at_cost) as cost,
        if(at_is_stated, input_cost, if(isNull(at_cost), null, at_input_cost)) as input_cost,
        if(at_is_stated, output_cost, if(isNull(at_cost), null, at_output_cost)) as output_cost,
        if(at_is_stated, fee_cost, if(isNull(at_cost), null, at_fee_cost)) as fee_cost
    )
    from (select *,
        if(at_is_known, toDecimal128(if(at_has = 1, at_input, toDecimal256(0, 24)), 18), null)
            as at_input_cost,
        if(at_is_known, toDecimal128(if(at_has = 1, at_output, toDecimal256(0, 24)), 18), null)
            as at_output_cost,
        if(at_is_known, toDecimal128(at_fee, 18), null) as at_fee_cost,
        at_input_cost + at_output_cost + at_fee_cost as at_cost
    from (select *,
        LINES_IN as at_input,
        LINES_OUT as at_output,
        LINES_FEE as at_fee,
        {{at_kind:Array(UInt8)}}[at_place] as at_has,
        usage_source != '' and not hasAny(mapKeys(mapFilter((k, v) -> v > 0, fees)), arrayFilter(
            name -> not has({{at_fee_names:Array(String)}}, name), mapKeys(fees)
        )) and multiIf(
            at_place = 0, false,
            at_has = 1, (input_tokens is not null or output_tokens is not null)
                and not (input_tokens is null and {{at_asks_input:Array(UInt8)}}[at_place] = 1)
                and not (output_tokens is null and {{at_asks_output:Array(UInt8)}}[at_place] = 1),
            at_has = 3, arraySum(mapValues(fees)) > 0,
            true
        ) as at_is_known,
        price = {{at_stated:UUID}} as at_is_stated
    from (select *, {_ALIASES},
        transform(
            concat(provider, '\n', model, '\n', service_tier, '\n', toString(project), '\n', toString(
                arrayMax(arrayFilter(
                    step -> step = 0 or step < ifNull(input_tokens, 0), {{at_steps:Array(UInt64)}}
                ))
            )),
            {{at_keys:Array(String)}}, {{at_places:Array(UInt32)}}, toUInt32(0)
        ) as at_place
    from runs final)))
)"""  # noqa: S608 - of our own names; what is asked comes as parameters

_IN_CURRENCY = f"""(
    with arrayMap(x -> toDecimal256(x, 18), {{in_rates:Array(String)}})[
        arrayLastIndex(day -> day <= toDate32(started_at), {{in_days:Array(Date32)}})
    ] as in_rate,
    arrayExists(day -> day <= toDate32(started_at), {{in_days:Array(Date32)}}) as in_has_rate
    select * replace ({
    ", ".join(
        f"if(in_has_rate, toDecimal128(toDecimal256({name}, 18) * in_rate, 18), null) as {name}"
        for name in (*_MONEY, *_STATED_MONEY)
    )
})ALIASES
    from INNER
)"""  # noqa: S608 - see above
