"""What α of many units costs."""

from annotate.stats.reliability import alpha
from bench.costs import megabytes, seconds
from bench.stats import many_counts


def test_alpha_of_many_units_costs_little_time_and_memory() -> None:
    counts = many_counts(200_000)

    def work() -> object:
        return alpha(counts, level="ordinal", resamples=1000)

    assert seconds(work)[1] < 0.5
    assert megabytes(work) < 40
