"""Every non-trivial read of the learning side."""
