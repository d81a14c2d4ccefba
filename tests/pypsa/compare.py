#!/usr/bin/env python3
"""Solves a folder of `hashwatt export pypsa` with PyPSA and HiGHS, and compares the optimum.

usage: compare.py DIR EXPECTED_OBJECTIVE_USD [--method simplex|ipm]

Prints both optima, their relative difference, and what building and solving took. Exits with 1 when they differ by
more than 1e-6 or the solver finds no optimum, with 2 on wrong arguments.
"""

import argparse
import logging
import resource
import sys
import time
import warnings

import pypsa

TOLERANCE = 1e-6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("expected_usd", metavar="EXPECTED_OBJECTIVE_USD", type=float)
    parser.add_argument("--method", default="choose", choices=["choose", "simplex", "ipm"], help="HiGHS' method")
    return parser.parse_args()


def main():
    args = arguments()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # what will change in later versions
    wall, cpu = time.perf_counter(), time.process_time()
    network = pypsa.Network(args.folder)
    read = time.perf_counter()
    status, condition = network.optimize(
        solver_name="highs",
        include_objective_constant=False,
        progress=False,
        solver_options={
            "solver": args.method,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
            "output_flag": False,
        },
    )
    done, cpu = time.perf_counter(), time.process_time() - cpu
    if status != "ok":
        sys.exit(f"error: PyPSA found no optimum: {status}, {condition}")
    usd = network.meta["hashwatt_offset_usd"] - network.objective
    difference = abs(usd - args.expected_usd) / max(abs(args.expected_usd), 1.0)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB
    print(f"expected             {args.expected_usd:.6f} USD")
    print(f"PyPSA {pypsa.__version__:14} {usd:.6f} USD")
    print(f"relative difference  {difference:.2e}")
    print(f"size                 {len(network.snapshots)} snapshots, {len(network.links)} links, "
          f"{len(network.generators)} generators")
    print(f"read                 {read - wall:.2f} s")
    print(f"build and solve      {done - read:.2f} s")
    print(f"processor time       {cpu:.2f} s, reading included")
    print(f"peak memory          {peak_mib:.0f} MiB")
    if not difference <= TOLERANCE:
        sys.exit(f"error: the optima differ by {difference:.2e}, more than {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
