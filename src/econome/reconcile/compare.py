"""Their lines against ours: a row for each day, model and kind of token, and why they differ.

A reason with an amount explains that much; one without is a fact that may explain some of it.
A name of ours is taken for theirs when it is the same, else when both are priced as one model
and no line has the exact name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from econome.domain.usage import Bucket
from econome.reconcile.money import money_row
from econome.reconcile.rows import Key, Ours, Reason, Row
from econome.reconcile.statement import MONEY, Line

Named = Callable[[str, str], str]
"""The model under which a provider's model is priced; itself, when it has no price."""


def compare(lines: Iterable[Line], ledger: Iterable[Ours], named: Named) -> list[Row]:
    """Every comparison, by day and model, those that agree included. Tiers are summed."""
    theirs: dict[Key, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    money: dict[tuple[Key, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.what in MONEY:
            money[(line.day, line.provider, line.model), line.what] += line.amount
            continue
        theirs[line.day, line.provider, line.model][line.what].append(line)
    mine = {(one.day, one.provider, one.model): one for one in ledger}
    told = {*theirs, *(key for key, _ in money if key[2])}
    other_names = _matched(told, mine, named)
    rows: list[Row] = []
    for key, by_kind in theirs.items():
        found = mine.get(other_names.get(key, key))
        rows += [_row(key, what, of_one, found, other_names) for what, of_one in _disjoint(by_kind).items()]
    agree = {(one.day, one.provider, one.model) for one in rows if not one.difference}
    differ = {(one.day, one.provider, one.model) for one in rows if one.difference}
    for (key, what), amount in money.items():
        name = other_names.get(key, key)
        of_them = [mine[name]] if name in mine else []
        if not key[2]:  # of all models
            of_them = [one for (day, provider, _), one in mine.items() if (day, provider) == key[:2]]
        rows.append(money_row(key, what, amount, of_them, tokens_agree=key in agree - differ))
    taken = {other_names.get(key, key) for key in told}
    whole_days = {key[:2] for key, _ in money if not key[2]}
    for key, one in mine.items():
        if key not in taken and not (key[:2] in whole_days and not theirs):
            why = (Reason("not in the export", f"{one.calls} calls of ours; the export has no line of them"),)
            rows += [
                Row(*key, bucket.value, None, Decimal(tokens), Decimal(tokens), why)
                for bucket, tokens in one.tokens.items()
                if tokens
            ]
    return sorted(_on_other_days(rows), key=lambda row: (row.day, row.provider, row.model))


def _matched(theirs: Iterable[Key], mine: Mapping[Key, Ours], named: Named) -> dict[Key, Key]:
    keys = set(theirs)
    free = [key for key in mine if key not in keys]
    matched: dict[Key, Key] = {}
    for key in sorted(keys - mine.keys()):
        day, provider, model = key
        same = [
            one for one in free if one[:2] == (day, provider) and named(*one[1:]) == named(provider, model)
        ]
        if len(same) == 1:  # of two, nobody knows which
            matched[key] = same[0]
            free.remove(same[0])
    return matched


def _disjoint(by_kind: Mapping[str, list[Line]]) -> dict[tuple[str, tuple[Bucket, ...]], Decimal]:
    """Lines that share a bucket, as results of another detail do, become one."""
    groups: list[tuple[list[str], set[Bucket], Decimal]] = []
    for what, lines in by_kind.items():
        for line in lines:
            names, covers, amount = [what], set(line.covers), line.amount
            for group in [one for one in groups if one[1] & covers or (not covers and one[0] == [what])]:
                groups.remove(group)
                names = [*group[0], *(name for name in names if name not in group[0])]
                covers, amount = covers | group[1], amount + group[2]
            groups.append((names, covers, amount))
    return {
        (" + ".join(names), tuple(bucket for bucket in Bucket if bucket in covers)): amount
        for names, covers, amount in groups
    }


def _row(
    key: Key,
    what: tuple[str, tuple[Bucket, ...]],
    lines: Decimal,
    found: Ours | None,
    names: Mapping[Key, Key],
) -> Row:
    name, covers = what
    if found is None:
        why = (Reason("missing runs", "we have no call of this model on this day", -lines),) if lines else ()
        return Row(*key, name, lines, None, -lines, why)
    if covers:
        known = [found.tokens[bucket] for bucket in covers if bucket in found.tokens]
        ours = Decimal(sum(known)) if known else None
    else:
        count = found.calls if name == "calls" else found.fees.get(name)
        ours = None if count is None else Decimal(count)
    difference = (ours or Decimal(0)) - lines
    return Row(
        *key, name, lines, ours, difference, _reasons(key, difference, found, names) if difference else ()
    )


def _reasons(key: Key, difference: Decimal, found: Ours, names: Mapping[Key, Key]) -> tuple[Reason, ...]:
    said = {
        "estimated usage": (found.estimated, "calls are estimated, and not in our sum"),
        "counted usage": (found.counted, "calls were counted by us, not reported"),
        "unknown usage": (found.unknown, "calls have no tokens that anybody told"),
        "uncounted calls": (found.uncounted, "runs are repeats or wrappers, and not in our sum"),
    }
    reasons = [Reason(kind, f"{calls} {text}") for kind, (calls, text) in said.items() if calls]
    if key in names:
        reasons.append(Reason("another name", f"compared with {names[key][2]}, priced as the same model"))
    if not reasons:
        few = difference < 0
        text = "they tell more than we received" if few else "we received more than they tell"
        reasons.append(Reason("missing runs" if few else "not in the export", text, difference))
    return tuple(reasons)


def _on_other_days(rows: list[Row]) -> list[Row]:
    """Marks what is missing on one day and too much on the next: a day of another zone."""
    differences = {(row.day, row.provider, row.model, row.what): row.difference for row in rows}
    marked = []
    for row in rows:
        for days in (-1, 1):
            day = row.day + timedelta(days)
            other = differences.get((day, row.provider, row.model, row.what))
            if row.difference and other == -row.difference:
                why = Reason("day boundary", f"{day} differs by as much the other way", row.difference)
                row = replace(row, reasons=(why, *row.reasons))  # noqa: PLW2901
        marked.append(row)
    return marked
