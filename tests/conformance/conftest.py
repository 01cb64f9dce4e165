"""The suite's own server: the one of tests/api."""

from api.conftest import data_folder, server, settings_of

__all__ = ["data_folder", "server", "settings_of"]
