"""What each convention of usage may send, and what is billed for it."""

from emitters import frameworks, providers
from emitters.registry import EMITTERS, Sent, sent_by

__all__ = ["EMITTERS", "Sent", "frameworks", "providers", "sent_by"]
