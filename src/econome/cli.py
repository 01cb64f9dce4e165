"""The command line: serve · keys · demo · doctor.

argparse, because `econome --help` should come at once: it is there without an import of ours,
and whatever is heavy is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from urllib.parse import urlsplit

from econome.commands import currency, export, import_, prices, reconcile, reprice
from econome.commands.arguments import WHERE, Command, add_settings, runs, settings_of, show_help
from econome.domain.errors import EconomeError
from econome.settings import Settings, flag, variable

COMMANDS: tuple[Command, ...] = (
    import_.add,
    prices.add,
    reprice.add,
    currency.add,
    reconcile.add,
    export.add,
)
"""Those of their own files; each imports what is heavy when it runs."""

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (addresses to listen on, which nobody can call)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command: 0 when it did what was asked, 1 when something is wrong, 2 when it could not."""
    parsed, unknown = _parser().parse_known_args(arguments)
    if unknown:  # said by the command's own parser, which prints its own usage
        parsed.parser.error(f"there is no {' '.join(unknown)} here")
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except EconomeError as error:
        chosen: Settings | None = getattr(parsed, "settings", None)
        print(f"econome: {chosen.without_secrets(str(error)) if chosen else error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `econome keys list | head`
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="econome",
        description="See where the tokens of an LLM application go, what they cost, and peel off the waste.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    runs(parser, show_help)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the server", description="Starts the server.")
    add_settings(serve, tuple(one.name for one in fields(Settings)))
    runs(serve, _serve)

    _add_keys(commands.add_parser("keys", help="list, make and revoke API keys"))

    for command in COMMANDS:
        command(commands)

    demo = commands.add_parser("demo", help="fill a running server with real traces, or take them out again")
    demo.add_argument("--remove", action="store_true", help="remove what the demo made")
    kind = demo.add_mutually_exclusive_group()
    kind.add_argument("--real", action="store_true", default=None, help="insist on calls to a small model")
    kind.add_argument("--sample", action="store_false", dest="real", help="load the sample, model or not")
    demo.add_argument("--to", metavar="ADDRESS", help="another server than the one on the data folder")
    demo.add_argument("--key", help="a key for that server, with the role admin")
    add_settings(demo, WHERE)
    runs(demo, _demo)

    doctor = commands.add_parser("doctor", help="say what is wrong with an installation")
    add_settings(doctor, tuple(one.name for one in fields(Settings)))
    runs(doctor, _doctor)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415

        print(f"econome {version('econome')}")
        parser.exit()


def _add_keys(keys: argparse.ArgumentParser) -> None:
    runs(keys, show_help)
    actions = keys.add_subparsers(title="actions", metavar="ACTION")

    listing = actions.add_parser("list", help="the keys of every workspace")
    runs(listing, _keys_list)

    create = actions.add_parser("create", help="make a key; it is shown this once")
    create.add_argument("--name", required=True, help="to know it again")
    create.add_argument(
        "--role",
        choices=("ingest", "read", "admin"),
        default="ingest",
        help="ingest: send traces; read: look at them; admin: both, and keys (default: %(default)s)",
    )
    create.add_argument("--workspace", default="default", help="the tenant it opens (default: %(default)s)")
    create.add_argument("--projects", metavar="PATTERN", help="only projects of such names: 'shop-*,blog'")
    runs(create, _keys_create)

    revoke = actions.add_parser("revoke", help="end a key, at once")
    revoke.add_argument("key", help="its name, or its id or the beginning of it, as the list shows them")
    runs(revoke, _keys_revoke)

    for action in (listing, create, revoke):
        add_settings(action, WHERE)


def _serve(parsed: argparse.Namespace) -> int:
    chosen = settings_of(parsed)
    from econome.store.lock import admin_token, hold  # noqa: PLC0415  (here and below: see the module)

    held = hold(chosen.data, chosen.dsn)
    try:
        from econome.app import create_app  # noqa: PLC0415
        from econome.web.serving import serve  # noqa: PLC0415

        _raise_open_files()
        app = create_app(chosen, admin_token(chosen.data))

        has_started = False

        def started(address: str, others: Sequence[str]) -> None:
            nonlocal has_started
            has_started = True
            held.announce(address)
            welcome = _welcome(chosen, address, others, has_keys=app.state.econome.keys.ever_made)
            print(welcome, flush=True)

        serve(app, chosen, started)
    finally:
        held.release()
    if has_started:
        after_caret_c = "\n" if sys.stdout.isatty() else ""
        print(f"{after_caret_c}Stopped; everything that was accepted is stored.")
    return 0


def _raise_open_files() -> None:
    """Takes as many file descriptors as this user may have: connections and the engine's parts want them."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (does not exist on Windows)

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _welcome(chosen: Settings, address: str, others: Sequence[str], *, has_keys: bool) -> str:
    from econome.store.lock import ADMIN_TOKEN  # noqa: PLC0415

    make = f"econome keys create --name my-app{chosen.place}"
    key = f"    # export LANGSMITH_API_KEY=eco_…    a key from: {make}"
    lines = [
        f"Econome listens at {address}",
        *(f"OpenTelemetry's exporters also find it at {one}" for one in others),
        "",
        "Start an app that uses LangSmith or LangChain with",
        "",
        "    export LANGSMITH_TRACING=true",
        f"    export LANGSMITH_ENDPOINT={address}/api/v1",
        key if has_keys else "    export LANGSMITH_API_KEY=anything",
        "",
        f"and its runs appear at {address}/ui/",
    ]
    if has_keys:
        lines += [
            "",
            f"To log in there, use the token in {chosen.data / ADMIN_TOKEN}, or a key that may read.",
        ]
    elif chosen.allowed_hosts:
        names = ", ".join(chosen.allowed_hosts)
        lines += ["", f"No API key has been made, so whoever can call {names} sees and writes everything."]
    if not chosen.is_loopback:
        lines.append("")
        if chosen.host.strip("[]") in EVERYWHERE:
            here = urlsplit(address).hostname
            lines.append(f"Other machines put this one's address for {here}, or a name of --allowed-host.")
        lines.append("Traffic is plain HTTP: on a network that is not yours, put a proxy with TLS before it.")
    return "\n".join([*lines, "", "Stop it with Ctrl+C."])


def _keys_list(parsed: argparse.Namespace) -> int:
    from econome.web.keyring import keyring  # noqa: PLC0415

    with keyring(settings_of(parsed)) as ring:
        rows = ring.list()
    if not rows:
        print(
            "There is no key. Until the first one is made everything is allowed on this machine, and nothing "
            "from elsewhere; once all have been revoked, only the admin token opens."
        )
        return 0
    columns = ("id", "name", "role", "workspace", "projects", "hint", "created_at")
    table = [columns, *[tuple(row[column] or "" for column in columns) for row in rows]]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _keys_create(parsed: argparse.Namespace) -> int:
    from econome.store.lock import ADMIN_TOKEN  # noqa: PLC0415
    from econome.web.keyring import keyring  # noqa: PLC0415

    chosen = settings_of(parsed)
    with keyring(chosen) as ring:
        is_first = not ring.list()
        made = ring.create(
            {
                "name": parsed.name,
                "role": parsed.role,
                "workspace": parsed.workspace,
                "projects": parsed.projects,
            }
        )
    print(made["key"])  # alone on the standard output, for scripts
    sys.stdout.flush()  # before what follows, where both are one screen
    lines = [f"It has the role {made['role']}. Keep it: it is not shown again. For an app:", ""]
    lines += [f"    export LANGSMITH_API_KEY={made['key']}"]
    if is_first:
        login = f"the token in {chosen.data / ADMIN_TOKEN}, or a key that may read"
        lines += ["", f"With this first key the dashboard asks for a login from now on: {login}."]
    print("\n".join(lines), file=sys.stderr)
    return 0


def _keys_revoke(parsed: argparse.Namespace) -> int:
    from econome.web.keyring import keyring, revoke  # noqa: PLC0415

    chosen = settings_of(parsed)
    with keyring(chosen) as ring:
        row = revoke(ring, parsed.key)
        is_last = not ring.list()
    print(f"Revoked {row['id']} ({row['name']}).")
    if is_last:
        from econome.store.lock import ADMIN_TOKEN  # noqa: PLC0415

        print(f"No key is left: only the admin token opens the server, in {chosen.data / ADMIN_TOKEN}.")
    return 0


def _demo(parsed: argparse.Namespace) -> int:
    from econome.sample.command import command  # noqa: PLC0415
    from econome.store.lock import admin_token  # noqa: PLC0415
    from econome.web.remote import RemoteError, remote  # noqa: PLC0415

    chosen = settings_of(parsed)
    address, key = parsed.to, parsed.key
    if address is None:
        running = remote(chosen.data)
        if running is None:
            raise RemoteError(f"No server runs on {chosen.data}. Start one first, with: econome serve")
        address, key = running.address, admin_token(chosen.data)
    return command(address, key, remove=parsed.remove, real=parsed.real)


def _doctor(parsed: argparse.Namespace) -> int:
    from econome.doctor import Verdict, examine  # noqa: PLC0415

    chosen = settings_of(parsed)
    print("Settings")
    for name, value in chosen.shown().items():
        print(f"    {flag(name):<22} {variable(name):<28} {value or '(none)'}")
    print()
    is_wrong = False
    for check in examine(chosen):
        print(f"{check.verdict:>7}  {check.what}: {check.says}", flush=True)
        is_wrong = is_wrong or check.verdict is Verdict.WRONG
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
