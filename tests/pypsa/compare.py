#!/usr/bin/env python3
"""Solves a folder of `hashwatt export pypsa` with PyPSA and HiGHS, and compares the optimum.

usage: compare.py DIR [EXPECTED_USD] [--method simplex|ipm]

Without EXPECTED_USD the optimum is the one that the export wrote beside the network. Prints both optima, their
difference relative to what the plan is worth over selling, and what building and solving took. Exits with 1 when they
differ by more than 1e-6 or the solver finds no optimum, with 2 on wrong arguments.
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
    parser.add_argument("expected_usd", metavar="EXPECTED_USD", type=float, nargs="?")
    parser.add_argument("--method", default="choose", choices=["choose", "simplex", "ipm"], help="HiGHS' method")
    return parser.parse_args()


def built_mw(network):
    """MW of connection that are built, by what their power is for."""
    builds = network.links[network.links.p_nom_extendable & (network.links.length > 0)]
    kind = builds.bus1.map(lambda bus: "mining" if bus == "hashes" else "AI")
    return builds.p_nom_opt.groupby(kind).sum()


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
    expected_usd = network.meta["hashwatt_objective_usd"] if args.expected_usd is None else args.expected_usd
    worth_usd = expected_usd - network.meta["hashwatt_selling_usd"]
    difference = abs(usd - expected_usd) / max(abs(worth_usd), 1.0)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB
    print(f"expected             {expected_usd:.6f} USD, {worth_usd:.6f} USD over selling")
    print(f"PyPSA {pypsa.__version__:14} {usd:.6f} USD")
    print(f"relative difference  {difference:.2e}")
    for kind, mw in built_mw(network).items():
        print(f"built {kind:14} {mw:.3f} MW")
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
