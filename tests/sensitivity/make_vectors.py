#!/usr/bin/env python3
"""Writes what SALib, SciPy and NumPy say about small samples, as JSON: inputs and answers.

usage: make_vectors.py [DIR]   (default: tests/data/sensitivity beside this script)

The tests of `tests/reference_sensitivity.rs` read these files. A base point of a Saltelli sample is written as its 2k
coordinates in the unit cube, A before B: the test lays out the rows itself.
"""

import json
import pathlib
import sys

import numpy as np
import scipy.stats
from scipy.stats import qmc
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami, Sobol_G

RESAMPLES = 1000
SEED = 20261126


def sobol(function, name, low, high, factors, groups, second_order):
    problem = {"num_vars": factors, "names": [f"x{j}" for j in range(factors)], "bounds": [[low, high]] * factors}
    rows = sobol_sample.sample(problem, groups, calc_second_order=second_order, seed=SEED)
    outputs = function(rows)
    # The same sequence that SALib cross-samples, for the test to do the same.
    base = qmc.Sobol(d=2 * factors, scramble=True, seed=SEED).random(groups)
    indices = sobol_analysis.analyze(
        problem, outputs, calc_second_order=second_order, num_resamples=RESAMPLES, seed=SEED
    )
    pairs = [(j, k) for j in range(factors) for k in range(j + 1, factors)] if second_order else []
    return {
        "function": name,
        "factors": factors,
        "second_order": second_order,
        "base": base.tolist(),
        "outputs": outputs.tolist(),
        "first": indices["S1"].tolist(),
        "first_half_width": indices["S1_conf"].tolist(),
        "total": indices["ST"].tolist(),
        "total_half_width": indices["ST_conf"].tolist(),
        "second": [[j, k, indices["S2"][j, k]] for j, k in pairs],
        "second_half_width": [indices["S2_conf"][j, k] for j, k in pairs],
    }


def polynomial(x):
    return 2 * x[:, 0] - 3 * x[:, 1] ** 2 + 4 * x[:, 0] * x[:, 2] + 0.1 * x[:, 3]


def morris(levels):
    problem = {"num_vars": 4, "names": ["a", "b", "c", "d"], "bounds": [[0, 1]] * 4}
    points = morris_sample.sample(problem, 10, num_levels=levels, seed=SEED)
    outputs = polynomial(points)
    effects = morris_analysis.analyze(
        problem, points, outputs, num_levels=levels, num_resamples=RESAMPLES, seed=SEED
    )
    names = {"mu": "mu", "mu_star": "mu_star", "sigma": "sigma", "mu_star_half_width": "mu_star_conf"}
    answers = {ours: np.asarray(effects[theirs], float).tolist() for ours, theirs in names.items()}
    return {"levels": levels, "points": points.tolist(), "outputs": outputs.tolist(), **answers}


def rank():
    rng = np.random.default_rng(SEED)
    factor = rng.integers(0, 6, 60).astype(float)
    metric = np.round(factor**2 + rng.normal(0, 12, 60))
    scattered = rng.normal(size=60)
    cases = [(factor, metric), (scattered, metric), (-factor, factor**3)]
    return [
        {"factor": x.tolist(), "metric": y.tolist(), "value": float(scipy.stats.spearmanr(x, y).statistic)}
        for x, y in cases
    ]


def cvar(values, tail):
    """Rockafellar and Uryasev's minimisation formula, on gains; its optimum lies at one of the values."""
    return max(a - np.maximum(a - values, 0).mean() / tail for a in values)


def statistics(count):
    values = np.random.default_rng(SEED + count).lognormal(17, 1.5, count) - 3e7
    percentiles = [5, 10, 25, 50, 75, 90, 95]
    return {
        "values": values.tolist(),
        "mean": values.mean(),
        "standard_deviation": values.std(ddof=1),
        "standard_error": scipy.stats.sem(values),
        "percentiles": np.percentile(values, percentiles).tolist(),
        "loss_share": float((values < 0).mean()),
        "cvar5": cvar(values, 0.05),
    }


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "../data/sensitivity")
    files = {
        "sobol": [
            sobol(Ishigami.evaluate, "ishigami", -np.pi, np.pi, 3, 64, True),
            sobol(Sobol_G.evaluate, "g", 0, 1, 8, 32, False),
        ],
        "morris": [morris(4), morris(6)],
        "rank": rank(),
        "statistics": [statistics(count) for count in (2, 37, 100)],
    }
    for name, cases in files.items():
        text = ",\n".join(json.dumps(case) for case in cases)
        (folder / f"{name}.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
