"""Who is told of what happens: programs by webhooks, editors by mail (README.md).

raise_alert("disk", "data", {"text": "..."})    something is wrong, told once while it lasts
sweep()                                         read what happened, tell who wants to know
"""

from .alerts import clear_alert, raise_alert
from .spreading import forget, sweep

__all__ = ["clear_alert", "forget", "raise_alert", "sweep"]
