"""How often who may ask: by key, account or address."""

from flask import g, request
from flask_limiter import Limiter

LOGIN = "10 per minute;100 per day"
UPLOAD = "30 per minute"


def asking() -> str:
    """Return for whom a request counts."""
    who = g.get("visitor")
    if who is None:
        return f"address:{request.remote_addr}"
    return f"key:{who.key_id}" if who.key_id else f"account:{who.person.id}"


limiter = Limiter(key_func=asking, headers_enabled=True, strategy="moving-window")
