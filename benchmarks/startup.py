"""Start-up of `wikifarm --version` and `--help`, beside `python -c pass`, best of twenty."""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 20


def best(*arguments: str) -> float:
    """Milliseconds of the fastest of a few starts."""
    times = []
    for _each in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append((time.perf_counter() - started) * 1000)
    return min(times)


def main() -> None:
    """Prints milliseconds, the difference and the ratio with bare Python."""
    bare = best("-c", "pass")
    print(f"{'python -c pass':<22}{bare:6.0f} ms")
    for option in ("--version", "--help"):
        ours = best("-m", "wikifarm", option)
        print(
            f"{'wikifarm ' + option:<22}{ours:6.0f} ms  +{ours - bare:.0f} ms  x{ours / bare:.1f}"
        )


if __name__ == "__main__":
    main()
