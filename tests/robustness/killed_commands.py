"""Start commands, kill them at random moments, look at what is left, and print the counts as JSON.

Usage: python killed_commands.py FOLDER SEED SCENARIO=KILLS... The commands are forked from this process, which has
imported everything already; each kill is a real SIGKILL. This process adopts whatever its children leave behind, so
that every process is counted.
"""

import ctypes
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.append(str(Path(__file__).parent))

from killed_scenarios import SCENARIOS, WrongError

ADOPT = 36  # PR_SET_CHILD_SUBREAPER, see prctl(2)
PATIENCE_S = 60.0
HIDDEN = re.compile(r"/\..+\.[0-9a-f]{8}\.tmp$")


def forked(work: Callable[[], object]) -> int:
    """Start work in a forked process and return its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        quiet = os.open(os.environ["OUTPUT"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        work()
        code = 0
    except BaseException as error:  # noqa: BLE001  # also an exit is one that must be told
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(code)


def ended(patience_s: float) -> bool:
    """Wait until no direct or indirect child is left; return whether that happened."""
    until = time.monotonic() + patience_s
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.01)


def undisturbed(work: Callable[[], object]) -> float:
    """Do work in another process and return how long it took."""
    began = time.monotonic()
    _, status = os.waitpid(forked(work), 0)
    if status:
        raise WrongError(f"undisturbed, it failed: {Path(os.environ['OUTPUT']).read_text()[-600:]}")
    return time.monotonic() - began


def left_in(folder: Path) -> list[str]:
    """Return the temporary files and folders in a folder."""
    return [str(path) for path in folder.rglob("*") if path.name.startswith(".") and "tmp" in path.name]


def kill_often(name: str, kills: int, folder: Path, dice: random.Random) -> dict[str, object]:
    """Kill a scenario a number of times, and return the counts."""
    folder.mkdir()
    os.chdir(folder)
    os.environ |= {"BENCHBOOK_ARTIFACTS": str(folder / "artifacts"), "OUTPUT": str(folder.with_suffix(".log"))}
    temporary = folder.with_name(f"{name[:2]}")  # sockets need a short name
    temporary.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    scenario = SCENARIOS[name](folder)
    for _ in range(2 if scenario.is_quick else 1):  # the second time, results of the first are cached
        longest_s = undisturbed(lambda: scenario.work(dice))
        scenario.look()
        scenario.begin_again()
    seen: Counter[str] = Counter(kills=kills)
    wrong: list[str] = []
    for _ in range(kills):
        child = forked(lambda: scenario.work(random.Random(dice.random())))  # noqa: S311  # chooses what to do
        time.sleep(dice.uniform(0.0, longest_s))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        seen["killed" if os.WIFSIGNALED(status) else "had ended"] += 1
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            wrong.append(f"failed: {Path(os.environ['OUTPUT']).read_text()[-500:]}")
        if not ended(PATIENCE_S):
            seen["processes left"] += 1
            for process in psutil.Process().children(recursive=True):
                wrong.append(f"left: {' '.join(process.cmdline())[:60]}")
                process.kill()
            ended(PATIENCE_S)
        seen["folders left until the next run"] += bool(list(temporary.iterdir()))
        try:
            scenario.look()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is counted
            wrong.append(f"{type(error).__name__}: {error}")
        scenario.begin_again()
    undisturbed(lambda: scenario.work(dice))
    ended(PATIENCE_S)
    try:
        scenario.finish()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is counted
        wrong.append(f"{type(error).__name__}: {error}")
    # A kill in the moment between naming a new file and renaming it leaves the whole file under its hidden name.
    left = [*map(str, temporary.iterdir()), *left_in(folder)]
    hidden = [path for path in left if HIDDEN.search(path)]
    if len(hidden) == 1:
        seen["left between naming and renaming"] += 1
        left.remove(hidden[0])
    return {**seen, "wrong": wrong, "left": left, "undisturbed_s": round(longest_s, 2)}


def main() -> None:
    """Run the scenarios of the command line."""
    ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    folder, dice = Path(sys.argv[1]), random.Random(int(sys.argv[2]))  # noqa: S311  # moments of kills
    for word in sys.argv[3:]:
        name, kills = word.split("=")
        print(json.dumps({name: kill_often(name, int(kills), folder / name, dice)}), flush=True)  # noqa: T201  # output


if __name__ == "__main__":
    main()
