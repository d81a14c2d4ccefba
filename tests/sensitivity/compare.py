#!/usr/bin/env python3
"""Computes the sensitivities of a finished sweep again with SALib and SciPy, and compares.

usage: compare.py RUN_DIR [--levels P] [--values KEY=A,B,C ...]

Reads RUN_DIR/runs.csv (one row per run, in the order of the design) and RUN_DIR/sensitivity.csv (columns metric, factor,
other_factor, index, value, confidence, used). The indices in the latter say what to compute: sobol_first and sobol_total
(with sobol_second where the sample has it), morris_mu, morris_mu_star and morris_sigma, rank_correlation. Exits with 1
when an index differs by more than 1e-9, is missing, or was taken from another number of base points, trajectories or
runs; with 2 when the folder cannot be judged.

The difference is relative to the index, or, where the index is a small difference of large sums, to the scale of its
sums: 1 for shares of variance and correlations, the largest mu_star of the metric for elementary effects. The confidence
is not compared: it comes from another random generator.

The unit cube of Morris' design need not be known: SALib takes from the points only which factor moved which way, and
every distribution is monotone. --levels is the p of the design. --values lists the values of a factor that is chosen
among texts in the order of the sweep file.
"""

import argparse
import csv
import math
import pathlib
import sys
import warnings

import numpy as np
import scipy.stats
from SALib.analyze import morris, sobol

TOLERANCE = 1e-9


def fail(message):
    """The folder cannot be judged."""
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="RUN_DIR", type=pathlib.Path)
    parser.add_argument("--levels", type=int, default=4, metavar="P", help="levels of Morris' design (default: 4)")
    parser.add_argument("--values", nargs="*", default=[], metavar="KEY=A,B,C", help="order of a factor's texts")
    return parser.parse_args()


def table(path):
    try:
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            return reader.fieldnames, list(reader)
    except OSError as error:
        fail(error)


def metric_column(runs, metric):
    """The metric of each run, NaN where the run failed or has none."""
    return np.array([float(r[metric]) if r["status"] == "ok" and r[metric] else math.nan for r in runs])


def factor_column(runs, key, orders):
    """The factor in each run; texts by their place in the order given."""
    if key in orders:
        return np.array([orders[key].index(run[key]) for run in runs], float)
    try:
        return np.array([float(run[key]) for run in runs])
    except ValueError:
        fail(f"`{key}` has texts: say their order with --values {key}=…")


def whole_groups(outputs, size):
    """Indices of the rows of the groups without a missing output, and the number of these groups."""
    if len(outputs) % size:
        fail(f"{len(outputs)} runs are no multiple of the {size} that belong together")
    rows = np.arange(len(outputs)).reshape(-1, size)
    rows = rows[np.isfinite(outputs[rows]).all(axis=1)]
    return rows.ravel(), len(rows)


def problem(keys):
    return {"num_vars": len(keys), "names": list(keys), "bounds": [[0, 1]] * len(keys)}


# Each of these yields (factor, other factor, index), value, scale, number used.


def sobol_answers(outputs, keys, second_order):
    rows, used = whole_groups(outputs, (2 if second_order else 1) * len(keys) + 2)
    answers = sobol.analyze(problem(keys), outputs[rows], calc_second_order=second_order, num_resamples=2)
    for j, key in enumerate(keys):
        yield (key, "", "sobol_first"), answers["S1"][j], 1, used
        yield (key, "", "sobol_total"), answers["ST"][j], 1, used
        for k in range(j + 1, len(keys)) if second_order else []:
            yield (key, keys[k], "sobol_second"), answers["S2"][j, k], 1, used


def morris_answers(outputs, keys, points, levels):
    rows, used = whole_groups(outputs, len(keys) + 1)
    answers = morris.analyze(problem(keys), points[rows], outputs[rows], num_levels=levels, num_resamples=2)
    scale = np.max(answers["mu_star"])
    for name in ("mu", "mu_star", "sigma"):
        for key, value in zip(keys, answers[name]):
            yield (key, "", f"morris_{name}"), value, scale, used


def rank_answer(outputs, key, factor):
    both = np.isfinite(outputs) & np.isfinite(factor)
    value = scipy.stats.spearmanr(factor[both], outputs[both]).statistic
    return (key, "", "rank_correlation"), value, 1, int(both.sum())


def complaints(metric, written, answers):
    """What is wrong with the written rows of a metric."""
    for name, value, scale, used in answers:
        what = f"{metric}: {' '.join(part for part in name if part)}"
        row = written.pop(name, None)
        if row is None:
            yield f"{what} is missing; it is {value}"
            continue
        # The negation also catches NaN.
        if not abs(float(row["value"] or "nan") - value) <= TOLERANCE * max(abs(value), scale):
            yield f"{what} is {row['value']} instead of {value}"
        if int(row["used"]) != used:
            yield f"{what} is from {row['used']} instead of {used}"
    # Means at the ends of a tornado are plain means: the unit tests have them.
    others = [name for name in written if not name[-1].startswith(("tornado_", "category_"))]
    yield from (f"{metric}: {' '.join(filter(None, name))} was not expected" for name in others)


def main():
    args = arguments()
    warnings.simplefilter("ignore")  # of what will change in later versions
    orders = {key: values.split(",") for key, values in (text.split("=", 1) for text in args.values)}
    header, runs = table(args.folder / "runs.csv")
    _, sensitivities = table(args.folder / "sensitivity.csv")
    if any(int(run.get("replicate") or 1) > 1 for run in runs):
        fail("the sweep has replicates: compare one with a single run per point")
    factors = {row["factor"] for row in sensitivities}
    keys = [column for column in header if column in factors]
    if unknown := factors - set(keys):
        fail(f"runs.csv has no column `{'`, `'.join(sorted(unknown))}`")
    indices = {row["index"] for row in sensitivities}
    wrong, compared = [], 0
    for metric in dict.fromkeys(row["metric"] for row in sensitivities):
        written = {(r["factor"], r["other_factor"], r["index"]): r for r in sensitivities if r["metric"] == metric}
        outputs = metric_column(runs, metric)
        answers = []
        if any(index.startswith("sobol") for _, _, index in written):
            answers += sobol_answers(outputs, keys, "sobol_second" in indices)
        if any(index.startswith("morris") for _, _, index in written):
            points = np.column_stack([factor_column(runs, key, orders) for key in keys])
            answers += morris_answers(outputs, keys, points, args.levels)
        # A factor whose texts have no order has no rank.
        ranked = [factor for factor, _, index in written if index == "rank_correlation"]
        answers += [rank_answer(outputs, key, factor_column(runs, key, orders)) for key in ranked]
        compared += len(answers)
        wrong += complaints(metric, written, answers)
    if not compared:
        fail("sensitivity.csv has nothing to compare")
    for complaint in wrong:
        print(f"error: {complaint}", file=sys.stderr)
    print(f"{compared} indices of {len(keys)} factors compared with SALib and SciPy, {len(wrong)} complaints")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
