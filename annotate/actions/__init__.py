"""Every write: keyword-only, typed, atomic, returning the object."""
