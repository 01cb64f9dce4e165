"""The machine that measures, and what a process uses of it. Reads /proc: Linux only."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_ENGINES = ("chdb-core", "chdb-core-lite", "chdb")


def described() -> str:
    """One line: whatever a figure needs to be believed elsewhere."""
    model = re.search(r"^model name\s*: (.+)$", (PROC / "cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal: +(\d+) kB$", (PROC / "meminfo").read_text(), re.MULTILINE)
    return ", ".join(
        [
            model[1] if model else platform.machine(),
            f"{os.cpu_count()} cores",
            f"{int(memory[1]) / (1 << 20):.0f} GiB" if memory else "memory unknown",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
            _engine(),
            f"clickhouse-connect {version('clickhouse-connect')}",
        ]
    )


def load() -> str:
    """How busy the machine is with other things, to be printed before each part."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def _engine() -> str:
    for name in _ENGINES:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "no chDB"


def cpu_seconds(process: int) -> float:
    """Processor time of a process and of those it started, so far."""
    return sum(_own_cpu_seconds(one) for one in _family(process))


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a process and of those it started, in MB."""

    resident: float  # files that others may share included
    private: float  # what ending it would give back


def memory(process: int) -> Memory:
    resident = private = 0
    for one in _family(process):
        try:
            text = (PROC / str(one) / "smaps_rollup").read_text()
        except OSError:
            continue
        sizes = {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.MULTILINE)}
        resident += sizes["Rss"]
        private += sizes["Private_Clean"] + sizes["Private_Dirty"]
    return Memory(resident / 1024, private / 1024)


def forget_files() -> bool:
    """Empties the page cache, so that the next start reads from the disk. False without the right to."""
    os.sync()
    try:
        (PROC / "sys" / "vm" / "drop_caches").write_text("3")
    except OSError:
        return False
    return True


def _own_cpu_seconds(process: int) -> float:
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _family(process: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    family, ahead = [], [process]
    while ahead:
        one = ahead.pop()
        family.append(one)
        ahead += children.get(one, [])
    return family


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; none once the process is gone."""
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
