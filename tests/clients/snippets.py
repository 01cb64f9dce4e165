"""What to paste into an app, for each client: the files of examples/connect, and the pages made of them.

    make snippets     writes docs/how-to/connect-an-app.md and its French sister anew

The dashboard reads the same files. `libraries.onboarding` runs what they say.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "connect"
PAGES = {
    "en": ROOT / "docs" / "how-to" / "connect-an-app.md",
    "fr": ROOT / "docs" / "how-to" / "connect-an-app.fr.md",
}
ADDRESS = "http://127.0.0.1:3266"
"""Where the snippets say that a server stands; the dashboard puts its own in its place."""
KEY = "YOUR_KEY"
BEGIN, END = "<!-- clients: written from examples/connect -->\n", "<!-- end of clients -->\n"
_FRONT = re.compile(r"\A---\n(.*?)^---$", re.MULTILINE | re.DOTALL)
_INSTALL = re.compile(r"^(?:pip|npm) install (?:.*\\\n)*.*\n", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One thing to paste."""

    language: str
    place: str  # a file's name; "server": where the server is; "run": in the shell, last; "": in the shell
    code: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """How one client is connected."""

    name: str
    title: str
    language: str
    proof: str  # the command that runs it; where none can, what proves it instead
    notes: dict[str, str]  # by language
    blocks: tuple[Block, ...]

    @property
    def is_run(self) -> bool:
        """Whether a test runs it."""
        return self.proof.startswith("make ")

    @property
    def packages(self) -> tuple[str, ...]:
        """What it installs, of whichever registry."""
        found = (line for block in self.blocks for line in _INSTALL.findall(block.code))
        return tuple(word for line in found for word in shlex.split(line.replace("\\\n", " "))[2:])

    @property
    def heading(self) -> str:
        """Its title, with the language where two have one title."""
        return f"{self.title}, {self.language}" if self.language in {"Python", "JavaScript"} else self.title

    def shell(self, place: str = "") -> str:
        """Its lines for the shell, without those that install."""
        said = (block.code for block in self.blocks if (block.language, block.place) == ("bash", place))
        return _INSTALL.sub("", "".join(said))


@dataclass(frozen=True, slots=True)
class Group:
    """Clients of one kind."""

    titles: dict[str, str]  # by language
    snippets: tuple[Snippet, ...]


def groups() -> list[Group]:
    """All of them, in the order in which they are shown."""
    listed = json.loads((FOLDER / "clients.json").read_text("utf-8"))["groups"]
    return [
        Group({"en": group["en"], "fr": group["fr"]}, tuple(read(name) for name in group["clients"]))
        for group in listed
    ]


def all_snippets() -> list[Snippet]:
    """The clients of all groups."""
    return [snippet for group in groups() for snippet in group.snippets]


def read(name: str) -> Snippet:
    """The snippet of that name.

    Raises `ValueError` where its file has no front matter.
    """
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    front = _FRONT.match(text)
    if front is None:
        raise ValueError(f"{name}.md does not begin with --- and its title")
    said = dict(line.split(": ", 1) for line in front[1].splitlines())
    return Snippet(
        name=name,
        title=said["title"],
        language=said["language"],
        proof=said["proof"],
        notes={"en": said["en"], "fr": said["fr"]},
        blocks=tuple(Block(*found) for found in _BLOCK.findall(text)),
    )


_WORDS = {
    "en": {
        "server": "On the server:",
        "shell": "In the shell:",
        "run": "Then:",
        "not run": "No test can run it here; what proves it is [{what}]({link}).",
    },
    "fr": {
        "server": "Sur le serveur :",
        "shell": "Dans le terminal :",
        "run": "Puis :",
        "not run": "Aucun test ne peut le lancer ici ; ce qui le prouve est [{what}]({link}).",
    },
}


def rendered(language: str) -> str:
    """The part of the page that is made of the snippets."""
    parts = []
    for group in groups():
        parts.append(f"## {group.titles[language]}\n")
        for snippet in group.snippets:
            parts.append(f"### {snippet.heading}\n\n{snippet.notes[language]}\n")
            parts += [_block(block, language) for block in snippet.blocks]
            if not snippet.is_run:
                said = _WORDS[language]["not run"]
                parts.append(said.format(what=f"`{snippet.proof}`", link=f"../../{snippet.proof}") + "\n")
    return "\n".join(parts)


def _block(block: Block, language: str) -> str:
    names = {"": "shell", "server": "server", "run": "run"}
    word = names.get(block.place)
    head = _WORDS[language][word] if word else f"`{block.place}`:"
    return f"{head}\n\n```{block.language}\n{block.code}```\n"


def page(language: str) -> str:
    """The whole page: what stands there, with the snippets as they are now."""
    text = PAGES[language].read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{rendered(language)}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for each, path in PAGES.items():
        path.write_text(page(each), "utf-8")
