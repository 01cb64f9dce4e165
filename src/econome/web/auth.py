"""Who is asking: the key of a request, and the workspace and role that it gives.

Keys come in the header of whichever client sends them: `x-api-key` (LangSmith), `Authorization`
as Bearer (OTLP) or Basic (Langfuse: the password), `x-service-key`; a browser has a session's cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import HTTPConnection

from econome.domain.key import Role, matches
from econome.web.errors import Forbidden, Unauthenticated

__all__ = ["Caller", "Role", "require"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is asking."""

    workspace: UUID
    role: Role
    projects: str | None = None  # patterns of names, comma separated; None: all of the workspace
    key_id: UUID | None = None  # None: the operator, by the admin token or on an open server

    @property
    def is_operator(self) -> bool:
        """Whether it is the owner of the server, who may cross workspaces."""
        return self.key_id is None and self.role is Role.ADMIN

    def may_see(self, project: str) -> bool:
        """Whether a project's name is within what the key is for."""
        return matches(self.projects, project)


def require(request: HTTPConnection, role: Role) -> Caller:
    """Whoever asks, if the role suffices.

    Raises `Unauthenticated` for nobody we know and `Forbidden` for a role that is too weak.
    """
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, Caller):
        message = "This needs an API key. Make one with: econome keys create --name …"
        raise Unauthenticated(message)
    if not caller.role.includes(role):
        message = f'This needs a key with the role "{role}"; this one\'s is "{caller.role}".'
        raise Forbidden(message)
    return caller
