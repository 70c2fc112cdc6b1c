"""Every non-trivial read: rows to arrays to stats to frozen dataclasses."""
