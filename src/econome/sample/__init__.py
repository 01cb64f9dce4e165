"""Traces to look at: `econome demo`, and the sample that a server can load by itself."""

from econome.sample.command import command

__all__ = ["command"]
