"""What the peers do, in their own environment: `python peer_work.py NAME ARRAYS.npz`.

Prints one JSON object with `wall_s` and `cpu_s` of the work itself, imports and the reading of the
arrays left out. Nothing of this project is imported here.
"""

import json
import sys
import time
import warnings
from typing import Any

import numpy as np


def alpha(a: Any) -> Any:
    import krippendorff

    counts, values = a["counts"], a["counts"].shape[1]
    return lambda: {
        "value": krippendorff.alpha(
            value_counts=counts,
            value_domain=np.arange(values),
            level_of_measurement="ordinal",
        )
    }


def dawid_skene(a: Any) -> Any:
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    votes = pd.DataFrame({"task": a["task"], "worker": a["rater"], "label": a["label"]})

    def work() -> dict[str, float]:
        labels = DawidSkene(n_iter=100).fit_predict(votes)
        return {"accuracy": float((labels.sort_index().to_numpy() == a["truth"]).mean())}

    return work


def evalica_bt(a: Any) -> Any:
    import evalica

    outcome = {0: evalica.Winner.X, 1: evalica.Winner.Draw, 2: evalica.Winner.Y}
    first, second = a["first"].tolist(), a["second"].tolist()
    winners = [outcome[o] for o in a["outcome"].tolist()]

    def work() -> dict[str, float]:
        scores = evalica.bradley_terry(first, second, winners).scores
        score = np.log(scores.sort_index().to_numpy())
        return {"r": float(np.corrcoef(score, a["truth"])[0, 1])}

    return work


def logistic_bt(a: Any) -> Any:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    first, second, outcome = a["first"], a["second"], a["outcome"]

    def work() -> dict[str, float]:
        n = len(first)
        data = np.concatenate([np.ones(n), -np.ones(n)])
        rows, columns = np.tile(np.arange(n), 2), np.concatenate([first, second])
        table = csr_matrix((data, (rows, columns)), shape=(n, len(a["truth"])))
        model = LogisticRegression(fit_intercept=False, C=10.0).fit(table, outcome == 0)
        return {"r": float(np.corrcoef(model.coef_[0], a["truth"])[0, 1])}

    return work


def main() -> None:
    warnings.simplefilter("ignore")
    name, path = sys.argv[1:]
    work = {f.__name__: f for f in (alpha, dawid_skene, evalica_bt, logistic_bt)}[name](
        dict(np.load(path))
    )
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    times = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**times, **result}))


if __name__ == "__main__":
    main()
