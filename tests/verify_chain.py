#!/usr/bin/env python3
"""Verifies the chain a run mined, with nothing but Python's hashlib.

    python3 tests/verify_chain.py RUN_DIR

Reads headers.bin (80 bytes per header) and chain.csv (one row per retarget period) and checks, independently of the
program that wrote them: every header links to the one before by double SHA-256; carries the bits of its period; meets
`sha256d(header) <= target << shift`; is later than the median of the eleven before it; and every retarget follows
from the headers' own times by Bitcoin's integer arithmetic. Exit code 0 when everything holds, 1 with the first
thing that does not.
"""

import csv
import hashlib
import math
import struct
import sys
from pathlib import Path

RETARGET_INTERVAL = 2016
TARGET_TIMESPAN = 14 * 24 * 60 * 60
POW_LIMIT = 0xFFFF << (8 * (0x1D - 3))
LARGEST = 2**256 - 1


def fail(message):
    sys.exit(f"chain does not verify: {message}")


def expand(bits):
    """Compact form to integer target."""
    exponent, mantissa = bits >> 24, bits & 0x007FFFFF
    if bits & 0x00800000 or mantissa == 0:
        fail(f"bits {bits:08x} are no positive target")
    return mantissa << (8 * (exponent - 3)) if exponent >= 3 else mantissa >> (8 * (3 - exponent))


def compress(target):
    """Integer target to compact form, truncated as consensus does."""
    size = (target.bit_length() + 7) // 8
    mantissa = target >> (8 * (size - 3)) if size > 3 else target << (8 * (3 - size))
    if mantissa & 0x00800000:
        mantissa, size = mantissa >> 8, size + 1
    return size << 24 | mantissa


def retarget(bits, first_time, last_time):
    span = min(max(last_time - first_time, TARGET_TIMESPAN // 4), TARGET_TIMESPAN * 4)
    return compress(min(expand(bits) * span // TARGET_TIMESPAN, POW_LIMIT))


def read(folder):
    with open(folder / "chain.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name, value in row.items():
            row[name] = int(value, 16 if name == "nbits" else 10)
    data = (folder / "headers.bin").read_bytes()
    if len(data) % 80:
        fail(f"headers.bin has {len(data)} bytes, no multiple of 80")
    return rows, [data[i : i + 80] for i in range(0, len(data), 80)]


def verify(rows, headers):
    if not headers:
        fail("there is no header: was this a run in hash mode?")
    if sum(row["blocks"] for row in rows) != len(headers):
        fail(f"chain.csv counts {sum(row['blocks'] for row in rows)} blocks, headers.bin has {len(headers)}")
    times, previous, position, expected, variance = [], None, 0, 0.0, 0.0
    for number, row in enumerate(rows):
        inside = number == 0 and row["blocks"] < RETARGET_INTERVAL
        last_row = number + 1 == len(rows)
        if not inside and not last_row and row["blocks"] != RETARGET_INTERVAL:
            fail(f"period {number} has {row['blocks']} blocks")
        if number > 0 and row["first_height"] % RETARGET_INTERVAL:
            fail(f"period {number} begins at height {row['first_height']}, no multiple of {RETARGET_INTERVAL}")
        if not last_row and row["first_height"] // RETARGET_INTERVAL + 1 != rows[number + 1]["first_height"] / RETARGET_INTERVAL:
            fail(f"period {number} and the one after it do not meet in height")
        target = min(expand(row["nbits"]) << row["shift"], LARGEST)
        chance = (target + 1) / 2**256
        expected += row["blocks"] / chance
        variance += row["blocks"] * (1 - chance) / chance**2
        mine = headers[position : position + row["blocks"]]
        for header in mine:
            where = f"header {position} of headers.bin"
            _, prev, _, time, bits, _ = struct.unpack("<I32s32sIII", header)
            if previous is not None and prev != previous:
                fail(f"{where} does not link to the one before")
            if bits != row["nbits"]:
                fail(f"{where} carries bits {bits:08x}, its period {row['nbits']:08x}")
            previous = hashlib.sha256(hashlib.sha256(header).digest()).digest()
            if int.from_bytes(previous, "little") > target:
                fail(f"{where} does not meet its target")
            window = sorted(times[-11:])
            if len(window) == 11 and time <= window[5]:
                fail(f"{where} is not later than the median of the eleven before")
            times.append(time)
            position += 1
        if mine and times[-1] != row["last_time_unix"]:
            fail(f"period {number} ends at {times[-1]}, chain.csv says {row['last_time_unix']}")
        if mine and not inside and times[position - len(mine)] != row["first_time_unix"]:
            fail(f"period {number} begins at {times[position - len(mine)]}, chain.csv says {row['first_time_unix']}")
        if not last_row:
            bits = retarget(row["nbits"], row["first_time_unix"], row["last_time_unix"])
            if bits != rows[number + 1]["nbits"]:
                fail(f"after period {number} the bits must be {bits:08x}, not {rows[number + 1]['nbits']:08x}")
    # The attempts cannot be re-counted, but their sum must look like the waiting times they are said to be.
    hashes = sum(row["hashes"] for row in rows)
    if abs(hashes - expected) > 6 * math.sqrt(variance) + 1:
        fail(f"{hashes} hashes are claimed where {expected:.0f} are expected: off by more than six standard deviations")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows, headers = read(Path(sys.argv[1]))
    verify(rows, headers)
    print(f"verified {len(headers)} headers and {len(rows) - 1} retargets")


if __name__ == "__main__":
    main()
