"""A prompt's tokens shared out over its segments: whose they are, whether they were cached, what they cost.

Providers tell the tokens of a whole prompt. Its segments are known by their characters, and tokens are shared
out by these (see segments_named.sql): an estimate of each part, of an exact whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from econome.analytics.prices import prices_of
from econome.domain.money import ZERO, rounded, total_of
from econome.domain.price import Price
from econome.domain.scope import Scope
from econome.domain.usage import Bucket
from econome.pricing.cost import rate_of
from econome.store.client import Store
from econome.store.question import question

IN_ORDER = ("tools", "system", "history", "retrieved", "user", "tool_results")
"""The segments in the order in which providers see them."""

_STATES = (Bucket.CACHE_READ, Bucket.CACHE_WRITE_1H, Bucket.CACHE_WRITE_5M, Bucket.UNCACHED)
_MEDIA = (Bucket.CACHE_READ_AUDIO, Bucket.AUDIO_IN, Bucket.IMAGE_IN, Bucket.VIDEO_IN)


@dataclass(frozen=True, slots=True)
class Ends:
    """The tokens of some calls up to the end of each segment, all of them, and of those the cached ones."""

    name: str
    price: UUID
    calls: int
    input_cost: Decimal | None
    ends: list[int]
    read_ends: list[int]
    hour_ends: list[int]
    written_ends: list[int]
    chars: list[int]
    cache_read_audio: int
    audio_in: int
    image_in: int
    video_in: int


@dataclass(slots=True)
class Share:
    """What some calls used for one segment."""

    chars: int = 0
    by_state: dict[Bucket, int] = field(default_factory=lambda: dict.fromkeys(_STATES, 0))
    cost: Decimal | None = None

    @property
    def tokens(self) -> int:
        """All of them."""
        return sum(self.by_state.values())

    @property
    def written(self) -> int:
        """Those written to a cache, for however long."""
        return self.by_state[Bucket.CACHE_WRITE_1H] + self.by_state[Bucket.CACHE_WRITE_5M]

    def add_cost(self, cost: Decimal) -> None:
        """Adds what some of its tokens cost."""
        self.cost = cost if self.cost is None else total_of((self.cost, cost))


@dataclass(slots=True)
class Shares:
    """What some calls used for each segment. All parts together are their input."""

    segments: dict[str, Share] = field(default_factory=lambda: {name: Share() for name in IN_ORDER})
    unsplit: Share = field(default_factory=Share)  # of calls whose texts are not known
    media_tokens: int = 0
    media_cost: Decimal | None = None
    unpriced_tokens: int = 0  # of all these, those of calls without a price of ours
    unshared_cost: Decimal | None = None  # which their apps stated, as one sum

    @property
    def tokens(self) -> int:
        """Of all segments, and of none."""
        return sum(share.tokens for share in self.all) + self.media_tokens

    @property
    def all(self) -> list[Share]:
        """Each segment's, and that of none, in order."""
        return [*self.segments.values(), self.unsplit]


def shares_of(store: Store, scope: Scope, column: str, names: Sequence[str]) -> dict[str, Shares]:
    """The shares of the calls of each of these names, by a column of `runs`."""
    if not names:
        return {}
    asked = question("segments_named")
    rows = store.ask(Ends, asked, scope.filter, dimension=column, names=list(names), **scope.parameters())
    prices = prices_of(store, {row.price for row in rows})
    found: dict[str, Shares] = defaultdict(Shares)
    for row in rows:
        add(found[row.name], row, prices)
    return found


def add(shares: Shares, row: Ends, prices: Mapping[UUID, Price]) -> None:
    """Adds the calls of one price to the shares."""
    parts = [Share(chars, states) for chars, states in zip([*row.chars, 0], _states(row), strict=True)]
    media = {bucket: int(getattr(row, bucket.value)) for bucket in _MEDIA}
    price = prices.get(row.price)
    costs: list[Decimal] | None = None
    if price is not None and price.rates and row.input_cost is not None:
        weights = [_weight(part.by_state, price) for part in parts]
        costs = shared_out(row.input_cost, [*weights, _weight(media, price)])
    for total, part in zip(shares.all, parts, strict=True):
        total.chars += part.chars
        for state, tokens in part.by_state.items():
            total.by_state[state] += tokens
    shares.media_tokens += sum(media.values())
    if costs is None:
        shares.unpriced_tokens += row.ends[-1] + sum(media.values())
        if row.input_cost is not None:
            shares.unshared_cost = total_of((shares.unshared_cost or ZERO, row.input_cost))
        return
    for total, part, cost in zip(shares.all, parts, costs[:-1], strict=True):
        if part.tokens:
            total.add_cost(cost)
    if sum(media.values()):
        shares.media_cost = total_of((shares.media_cost or ZERO, costs[-1]))


def shared_out(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The amount in parts as large as the weights are. They add up to it: the heaviest takes what is over."""
    whole = total_of(weights)
    if not whole:
        return [ZERO for _ in weights]
    parts = [rounded(amount * weight / whole) for weight in weights]
    heaviest = max(range(len(weights)), key=lambda place: weights[place])
    parts[heaviest] = total_of((parts[heaviest], amount, -total_of(parts)))
    return parts


def counted_out(amount: int, weights: Sequence[int]) -> list[int]:
    """The same of tokens, whole: each end is rounded down."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    ends, until = [0], 0
    for weight in weights:
        until += weight
        ends.append(amount * until // whole)
    return [end - start for start, end in pairwise(ends)]


def _states(row: Ends) -> Iterable[dict[Bucket, int]]:
    """The tokens of each segment by state: what lies between two ends and two borders of the cache."""
    borders = (row.read_ends, row.hour_ends, row.written_ends, row.ends)
    by_border = [[end - start for start, end in pairwise((0, *ends))] for ends in borders]
    for upto in zip(*by_border, strict=True):
        sizes = [end - start for start, end in pairwise((0, *upto))]
        yield dict(zip(_STATES, sizes, strict=True))


def _weight(tokens: Mapping[Bucket, int], price: Price) -> Decimal:
    return total_of((rate_of(bucket, price) or ZERO) * count for bucket, count in tokens.items() if count)
