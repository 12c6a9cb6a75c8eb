"""Digests that come by mail: whose address it is, who wrote, which documents, what is answered.

`addresses` and `documents` read, `proof` looks a signature up, `answer` writes back; `door` is what
the listener of `receive_mail` calls, and puts the steps in a row.
"""

from .addresses import of_token
from .door import Drafts

__all__ = ["Drafts", "of_token"]
