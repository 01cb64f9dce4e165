"""Somebody who looks at the dashboard: how their browser is set, and what its console said."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Look:
    """How a viewer's browser is set."""

    language: str = "en-GB"
    theme: str = "light"
    width: int = 1440
    height: int = 900

    def __str__(self) -> str:
        return f"{self.language[:2]}-{self.theme}-{self.width}"


@dataclass(slots=True)
class Viewer:
    """A page of the dashboard, and all that its console said."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> Page:
        """Opens an address under /ui/."""
        self.page.goto(f"{self.address}/ui/{path}")
        return self.page

    def expects(self, *words: str) -> None:
        """Complaints with one of these words in them are what the test is about."""
        self.expected += words

    def unexpected(self) -> list[str]:
        """What the console said and nobody expected."""
        return [said for said in self.complaints if not any(word in said for word in self.expected)]
