"""`econome prices`: what models cost, why a run costs what it does, and prices of one's own.

Everything is asked of the running server, which knows the prices that hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of, show_help
from econome.domain.errors import EconomeError

if TYPE_CHECKING:
    from econome.settings import Settings

PRICES = "/econome/v1/prices"
PATIENCE = 120.0  # seconds that an import may take


class BadArguments(EconomeError):
    """What was typed cannot be understood."""


def add(commands: Commands) -> None:
    """Adds `prices`, with its actions."""
    prices = commands.add_parser("prices", help="list, explain, set and import prices")
    runs(prices, show_help)
    actions = prices.add_subparsers(title="actions", metavar="ACTION")

    listing = actions.add_parser("list", help="your own prices, then those of the lists")
    listing.add_argument("model", nargs="?", default="", help="a part of its name")
    listing.add_argument("--provider", default="", help="by its name here: openai, azure, aws …")
    listing.add_argument("--source", default="", help="overrides (your own), genai-prices or litellm")
    listing.add_argument("--limit", type=int, default=50, help="rows at most (default: %(default)s)")
    runs(listing, _list)

    explain = actions.add_parser("explain", help="why a run costs what it does, or what a call would cost")
    explain.add_argument("run_id", nargs="?", metavar="RUN", help="the id of a run")
    explain.add_argument("--model", help="instead of a run: a call to this model")
    explain.add_argument("--provider", help="of that call")
    explain.add_argument("--at", metavar="TIME", help="when, in ISO 8601 (default: now)")
    explain.add_argument("--tier", help="batch, flex, priority …")
    explain.add_argument("--input-tokens", type=int, metavar="N", help="some models cost more from a size on")
    explain.add_argument("--project", help="the name of its project")
    runs(explain, _explain)

    unpriced = actions.add_parser("unpriced", help="the models that calls were made to without a price")
    unpriced.add_argument("--since", metavar="TIME", help="in ISO 8601 (default: 24 hours ago)")
    unpriced.add_argument("--until", metavar="TIME", help="in ISO 8601 (default: now)")
    runs(unpriced, _unpriced)

    setting = actions.add_parser("set", help="a price of your own, for calls from now on")
    setting.add_argument("model", help="its name; * stands for any characters")
    setting.add_argument(
        "rate",
        nargs="*",
        metavar="WHAT=RATE",
        help="a bucket at US dollars per million tokens (uncached=2.50 text_out=10), "
        "or a fee at US dollars for one (second=0.0012 web_search=0.01)",
    )
    setting.add_argument("--discount", metavar="SHARE", help="instead: off the list price, 0.15 for 15 %%")
    setting.add_argument("--provider", default="", help="only when this one serves it")
    setting.add_argument("--project", default="", metavar="PATTERN", help="only in projects of such names")
    setting.add_argument(
        "--from", "--valid-from", dest="valid_from", default="", metavar="DAY", help="its first day"
    )
    setting.add_argument("--tier", default="", help="batch, flex, priority … (default: the ordinary one)")
    setting.add_argument("--note", default="", help="where it is agreed")
    runs(setting, _set)

    remove = actions.add_parser("remove", help="end a price of your own; recorded costs stay")
    remove.add_argument("id", help="its id, or the beginning of it, as the list shows it")
    runs(remove, _remove)

    importing = actions.add_parser("import", help="many prices of your own, from a CSV or LiteLLM's JSON")
    importing.add_argument("file", type=Path)
    importing.add_argument("--format", choices=("csv", "litellm"), help="default: by the file's ending")
    importing.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    runs(importing, _import)

    update = actions.add_parser("update", help="the versions of the lists; a newer map of LiteLLM's")
    update.add_argument(
        "source",
        nargs="?",
        metavar="FILE_OR_URL",
        help="LiteLLM's model_prices_and_context_window.json, for models that the first list lacks",
    )
    runs(update, _update)

    for action in (listing, explain, unpriced, setting, remove, importing, update):
        action.add_argument("--workspace", metavar="NAME", help="the tenant's (default: default)")
        action.add_argument("--json", action="store_true", help="as JSON, for scripts")
        add_settings(action, WHERE)


def _list(parsed: argparse.Namespace) -> int:
    asked = {"model": parsed.model, "provider": parsed.provider, "source": parsed.source}
    said = _call(parsed, "GET", _path("", {**asked, "limit": parsed.limit}))
    if parsed.json:
        return _print(said)
    rows = said["rows"]
    if not rows:
        print("No such price. Set one with: econome prices set MODEL uncached=… text_out=…")
        return 0
    columns = ("id", "source", "provider", "model", "project", "from", "tier", "rates")
    _table(columns, ([_cell(row, column) for column in columns] for row in rows))
    if said["next"]:
        print(f"… and more: give more of the name, or --limit above {parsed.limit}.")
    return 0


def _cell(row: Mapping[str, Any], column: str) -> str:
    match column:
        case "id":
            return (row["id"] or "")[:8]
        case "from":
            return row["valid_from"] or ""
        case "rates" if row["discount"] != "0":
            return f"list price less {row['discount']}"
        case "rates":
            return "  ".join(_rates({**row["rates"], **row["fees"]}))
        case "tier":
            return " ".join([row["tier"], *(["-".join(row["hours"])] if row.get("hours") else [])]).strip()
    return row[column] or ""


def _rates(rates: Mapping[str, Any]) -> list[str]:
    said = []
    for name, rate in rates.items():
        base, *steps = rate if isinstance(rate, list) else [rate]
        said.append(f"{name} {base}" + "".join(f", {dearer} above {start}" for start, dearer in steps))
    return said


def _why(step: dict[str, Any]) -> str:
    """What a source answered; of LiteLLM's map, if there is one."""
    if step["source"] == "litellm" and not step["version"]:
        return "its map is not here; to bring it: econome prices update FILE_OR_URL"
    why: str = step["why"]
    return why


def _explain(parsed: argparse.Namespace) -> int:
    call = {
        "model": parsed.model,
        "provider": parsed.provider,
        "at": parsed.at,
        "tier": parsed.tier,
        "input_tokens": parsed.input_tokens,
        "project": parsed.project,
    }
    given = {name: value for name, value in call.items() if value is not None}
    if bool(parsed.run_id) == bool(given):
        raise BadArguments("Give the id of a run, or --model and what else is known of a call.")
    said = _call(parsed, "GET", _path("/explain", {"run": parsed.run_id} if parsed.run_id else given))
    if parsed.json:
        return _print(said)
    asked = said["asked"]
    tier = f" at the tier {asked['tier']}" if asked["tier"] else ""
    print(f"Looked up: {asked['model'] or '(no model)'} of {asked['provider'] or '(nobody said)'}{tier}")
    _table(
        ("source", "version", "matched", "used", "why"),
        (
            [step["source"], step["version"], step["model"], "yes" if step["found"] else "no", _why(step)]
            for step in said["steps"]
        ),
    )
    price = said["price"]
    if price is None:
        print("\nNo price: the call is unpriced.")
    else:
        since = f", from {price['valid_from'][:10]}" if price["valid_from"] else ""
        name = f"{price['model']} {price['tier']}".strip()
        print(f"\nPrice {price['id'][:8]} of {price['source']}: {name}{since}")
        for line in _rates({**price["rates"], **price["fees"]}):
            print(f"    {line}")
    if said["lines"]:
        print()
        _table(
            ("what", "count", "rate", "cost"),
            (
                [line.get("bucket") or line["fee"], str(line["count"]), line["rate"], line["cost"]]
                for line in said["lines"]
            ),
        )
    sums = (("cost", "Cost"), ("cost_reported", "Stated by the app"), ("difference", "Difference"))
    for name, what in sums:
        if said.get(name) is not None:
            print(f"{what}: {said[name]}")
    if said["run"] and price is not None and said.get("cost") is None:
        print(
            "\nNo cost: the call used something that this price has no rate for, or its usage is not known."
        )
    return 0


def _unpriced(parsed: argparse.Namespace) -> int:
    span = {name: value for name in ("since", "until") if (value := getattr(parsed, name))}
    said = _call(parsed, "GET", _path("/unpriced", span))
    if parsed.json:
        return _print(said)
    if not said["rows"]:
        print("Every call of that time has a price.")
        return 0
    _table(
        ("provider", "model", "tier", "calls", "input", "output", "why"),
        (
            [
                *(row["provider"], row["model"], row["tier"], str(row["calls"])),
                *("" if row[side] is None else str(row[side]) for side in ("input", "output")),
                "; ".join(row["reasons"]),
            ]
            for row in said["rows"]
        ),
    )
    return 0


def _set(parsed: argparse.Namespace) -> int:
    from econome.domain.usage import Bucket, Fee  # noqa: PLC0415

    rates: dict[str, str] = {}
    fees: dict[str, str] = {}
    for said in parsed.rate:
        what, equals, rate = said.partition("=")
        if not equals or not rate or what not in {*Bucket, *Fee}:
            names = ", ".join((*Bucket, *Fee))
            raise BadArguments(f'"{said}" is no WHAT=RATE. WHAT is one of {names}')
        (rates if what in set(Bucket) else fees)[what] = rate
    price: dict[str, Any] = {
        name: value
        for name in ("model", "provider", "project", "valid_from", "tier", "discount", "note")
        if (value := getattr(parsed, name))
    }
    price |= {name: table for name, table in (("rates", rates), ("fees", fees)) if table}
    made = _call(parsed, "POST", PRICES, price)
    if parsed.json:
        return _print(made)
    print(f"Set {made['id'][:8]}: it holds for calls from now on. Recorded costs stay as they are.")
    return 0


def _remove(parsed: argparse.Namespace) -> int:
    rows = _call(parsed, "GET", _path("", {"source": "overrides", "limit": 1000}))["rows"]
    found = [row for row in rows if row["editable"] and row["id"].startswith(parsed.id)]
    if len(found) != 1:
        many = "No price of yours has" if not found else f"{len(found)} prices have"
        raise BadArguments(f'{many} the id "{parsed.id}". See: econome prices list --source overrides')
    _call(parsed, "DELETE", f"{PRICES}/{found[0]['id']}")
    if parsed.json:
        return _print({"removed": found[0]})
    print(f"Removed {found[0]['id'][:8]} ({found[0]['model']}). Recorded costs stay as they are.")
    return 0


def _import(parsed: argparse.Namespace) -> int:
    how = parsed.format or ("litellm" if parsed.file.suffix.lower() == ".json" else "csv")
    try:
        text = parsed.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArguments(f"{parsed.file} cannot be read: {error}") from error
    said = _call(parsed, "POST", f"{PRICES}/import", {"format": how, "text": text, "dry_run": parsed.dry_run})
    if parsed.json:
        _print(said)
    else:
        would = "Would be " if parsed.dry_run else ""
        print(f"{would}{said['added']} added, {said['changed']} changed, {said['unchanged']} unchanged.")
        for one in said["refused"]:
            print(f"Refused: {one['why']}", file=sys.stderr)
    return int(bool(said["refused"]))


def _update(parsed: argparse.Namespace) -> int:
    chosen = settings_of(parsed)
    from econome.pricing.sources import litellm  # noqa: PLC0415

    path = chosen.data / litellm.FILE
    taken = None
    if parsed.source:
        content = _fetched(parsed.source)
        taken = len(litellm.LiteLLM(litellm.parse(content)))
        _replace(path, content)
    said = {
        "genai-prices": _version(),
        "litellm": litellm.LiteLLM.read(path).version or None,
        "litellm_prices": taken,
    }
    if parsed.json:
        return _print(said)
    print(f"genai-prices  {said['genai-prices'] or 'is missing'}    newer: pip install -U genai-prices")
    print(f"litellm       {said['litellm'] or 'no file'}    newer: econome prices update FILE_OR_URL")
    if taken is not None:
        print(f"{path} has {taken} prices now. They hold once the server starts again.")
    return 0


def _fetched(source: str) -> bytes:
    """What a file or an address holds: the operator named it, and nothing else is ever downloaded."""
    from urllib.request import urlopen  # noqa: PLC0415

    try:
        if source.startswith(("https://", "http://")):
            with urlopen(source, timeout=PATIENCE) as answer:  # noqa: S310 - http only, and asked for
                return bytes(answer.read(64 << 20))
        return Path(source).read_bytes()
    except OSError as error:
        raise BadArguments(f"{source} cannot be read: {error}") from error


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        raise BadArguments(f"{path} cannot be written: {error}") from error


def _version() -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("genai-prices")
    except PackageNotFoundError:
        return None


def _call(parsed: argparse.Namespace, method: str, path: str, body: object = None) -> Any:
    chosen: Settings = settings_of(parsed)
    server = running(chosen)
    if parsed.workspace:
        from econome.domain.project import workspace_id  # noqa: PLC0415

        known = {row["workspace"] for row in server.call("GET", "/econome/v1/keys?workspace=*")["rows"]}
        if parsed.workspace not in {"default", *known}:
            raise BadArguments(f'No key opens a workspace "{parsed.workspace}". See: econome keys list')
        server = server.within(workspace_id(parsed.workspace))
    return server.call(method, path, body, patience=PATIENCE)


def _path(rest: str, asked: Mapping[str, Any]) -> str:
    said = {name: value for name, value in asked.items() if value not in {"", None}}
    return f"{PRICES}{rest}?{urlencode(said)}"


def _print(said: Any) -> int:
    print(json.dumps(said, indent=2, ensure_ascii=False))
    return 0


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = [columns, *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(columns))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
