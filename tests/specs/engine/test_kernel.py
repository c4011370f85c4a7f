"""A forked kernel is as fresh as a newly started one."""

from __future__ import annotations

import json
from pathlib import Path

from benchbook.specs.notebooks.execution.workers import NotebookWorker

from .conftest import Execute, execute_with

PROBE = """
import asyncio, decimal, gc, hashlib, json, locale, logging, os, random, resource, signal, socket, sys, tempfile
import threading, warnings
import benchbook as bb, matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, pandas as pd

bb.spec

def loggers():
    known = {name: log for name, log in logging.root.manager.loggerDict.items() if isinstance(log, logging.Logger)}
    return {
        name: [log.level, log.propagate, log.disabled, sorted(type(h).__name__ for h in log.handlers)]
        for name, log in {"": logging.root, **known}.items()
        if log.handlers or log.level or log.disabled
    }

own = {"JPY_PARENT_PID", "BENCHBOOK_ARTIFACTS"}  # the second differs from test to test
state = {
    "attributes": [hasattr(bb, "left_behind"), hasattr(np, "left_behind"), "left_behind" in globals()],
    "rcParams": {key: repr(value) for key, value in mpl.rcParams.items()},
    "backend": mpl.get_backend(),
    "figures": plt.get_fignums(),
    "interactive": mpl.is_interactive(),
    "cwd": os.getcwd(),
    "argv": [argument for argument in sys.argv if not argument.endswith(".json")],
    "environment": {key: value for key, value in os.environ.items() if key not in own},
    "path": sys.path,
    "threads": sorted(thread.name.split("-")[0] for thread in threading.enumerate()),
    "loggers": loggers(),
    "warnings": sorted(map(repr, warnings.filters)),
    "errors": np.geterr(),
    "print options": {key: repr(value) for key, value in np.get_printoptions().items()},
    "pandas": [pd.get_option("display.max_rows"), pd.get_option("display.precision")],
    "signals": [repr(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)],
    "recursion": sys.getrecursionlimit(),
    "decimal": repr(decimal.getcontext()),
    "locale": locale.setlocale(locale.LC_ALL),
    "collector": [gc.isenabled(), gc.get_threshold()],
    "time-out": socket.getdefaulttimeout(),
    "files open": resource.getrlimit(resource.RLIMIT_NOFILE),
    "mask": os.umask(os.umask(0o077)),
    "folder for temporary files": tempfile.gettempdir(),
    "main": sys.modules["__main__"].__dict__ is globals(),
    "in, out": [len(In) > 0, list(Out)],
    "executable": sys.executable,
    "group": [os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid()],
    "fingerprint": repr(bb.numerics.fingerprint()) if hasattr(bb, "numerics") else None,
    "sockets in": {key: str(value) for key, value in json.load(open(sys.argv[-1] if sys.argv[-1].endswith("json")
                   else sys.argv[2])).items() if key == "transport"},
}
print(json.dumps(state))
"""
POLLUTE = """
import decimal, gc, logging, os, random, signal, socket, sys, tempfile, threading, warnings
import benchbook as bb, matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, pandas as pd

bb.left_behind = np.left_behind = left_behind = True
mpl.rcParams["font.size"] = 3
plt.figure(); plt.plot([1, 2]); plt.ion()
os.mkdir("left"); os.chdir("left")
os.environ["LEFT_BEHIND"] = "1"; os.environ.pop("PATH")
sys.argv.append("left"); sys.path.append("left")
threading.Thread(target=threading.Event().wait, daemon=True, name="left").start()
logging.getLogger().addHandler(logging.StreamHandler()); logging.getLogger("matplotlib").setLevel(1)
warnings.simplefilter("error")
np.seterr(all="raise"); np.set_printoptions(precision=1); pd.set_option("display.precision", 1)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
sys.setrecursionlimit(5000); decimal.getcontext().prec = 5; gc.disable(); socket.setdefaulttimeout(3)
tempfile.tempdir = "left"; random.seed(1); np.random.seed(1)
"""
DRAWS = """
import json, random, uuid
import numpy as np
print(json.dumps([np.random.rand(), random.random(), np.random.default_rng().random(), str(uuid.uuid4())]))
"""


def test_a_forked_kernel_is_like_an_ordinary_one_and_keeps_nothing_of_others(
    execute: Execute, ordinary: NotebookWorker, tmp_path: Path
) -> None:
    """Modules, settings, figures, folder, environment, arguments, threads, handlers, filters and signals are as new."""
    expected = execute_with(ordinary, tmp_path, PROBE).values()
    before = execute(PROBE).values()
    with_traces = execute(POLLUTE)
    assert with_traces.error is None
    (tmp_path / "left").rmdir()
    after = execute(PROBE).values()
    assert before == expected
    assert after == expected
    assert len(expected) > 25


def test_random_states_are_its_own(execute: Execute) -> None:
    """Numpy's legacy state, Python's, new generators and identifiers differ between kernels."""
    first, second = execute(DRAWS).values(), execute(DRAWS).values()
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_kernels_come_from_one_process_that_has_imported_the_libraries(execute: Execute) -> None:
    """Kernels have the same parent, and NumPy is loaded before the notebook imports anything."""
    source = "import json, os, sys; print(json.dumps([os.getpid(), os.getppid(), 'numpy' in sys.modules]))"
    (one, parent, there), (other, same, _) = execute(source).values(), execute(source).values()
    assert parent == same
    assert one != other
    assert there


def test_environment_and_folder_are_those_of_the_notebook(execute: Execute, tmp_path: Path) -> None:
    """The kernel runs in the folder of its notebook, wherever the server was started."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    output = execute("import os; print(os.getcwd(), end='')", folder=folder).output
    assert output == str(folder)


def test_what_a_notebook_registers_for_the_end_is_done(execute: Execute, tmp_path: Path) -> None:
    """A forked kernel ends like Python: functions registered with atexit run once, in this kernel only."""
    execute("import atexit, pathlib; p = pathlib.Path('ended'); atexit.register(lambda: p.write_text('x'))")
    assert (tmp_path / "ended").read_text() == "x"


def test_executed_copies_do_not_depend_on_how_their_kernel_was_started(
    execute: Execute, ordinary: NotebookWorker, tmp_path: Path
) -> None:
    """Figures, tables and streams have the same bytes in forked and in ordinary kernels, and in each repetition."""
    params = {"preset": "tiny", "functions": ["sphere"], "dims": [2], "instances": [0, 1], "seeds": 2}
    params |= {"bbob_functions": [], "bbob_instances": [1], "budget_per_dim": 60, "target": None}
    sources = (
        f"import benchbook as bb\nspec = bb.spec('random_search', **{params!r})\nruns = spec.when(); spec.ledger()",
        "spec.convergence()",
        "for word in 'one two three'.split():\n    print(word, flush=True)\nspec.claim_sound(); spec.claims()",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    )
    copies = []
    for _ in range(2):
        assert execute(*sources).error is None
        copies.append((tmp_path / "out" / "copy.ipynb").read_bytes())
    assert execute_with(ordinary, tmp_path, *sources).error is None
    copies.append((tmp_path / "out" / "copy.ipynb").read_bytes())
    assert copies[0] == copies[1] == copies[2]
    outputs = [output for cell in json.loads(copies[0])["cells"] for output in cell["outputs"]]
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
