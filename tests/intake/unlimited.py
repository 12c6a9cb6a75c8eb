"""The site as it is served, but a token may ask as often as it likes: for measuring and fuzzing."""

from newsletter.config.wsgi import application
from newsletter.intake import tokens
from subscribers.limits import Rate

tokens.RATE = Rate(interval=0.0001, burst=1_000_000)

__all__ = ["application"]
