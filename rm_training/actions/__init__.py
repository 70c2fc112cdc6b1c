"""Every write of the learning side: keyword-only, typed, atomic, returns the object."""
