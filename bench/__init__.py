"""Benchmarks: ours and the peers' in one run. They start servers of their own and touch no data."""
