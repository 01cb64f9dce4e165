"""Econome's own API, `/econome/v1`: one resource, one file, each with its `ROUTES`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """The routes of every module here. A new resource is a new file, and nothing else."""
    found: list[BaseRoute] = []
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        found += getattr(import_module(f"{__name__}.{module.name}"), "ROUTES", [])
    return found
