"""The shipped library: what is worth knowing about any subject, by topic.

Views name roles and keys, never tables: a view is active where the workspace has them, and says what it lacks
elsewhere. `booking.py` (the subject itself), `calendar.py`, `contacts.py`, `fulfilment.py`, `health.py` (merchants,
stores, agents ...), `exposure.py` (messages, redemptions, stock ...);
`setting.py` is what a view may look at.
"""

from features.library.shipped import library_status, shipped
from features.library.view import ViewStatus

__all__ = ["ViewStatus", "library_status", "shipped"]
