from collections.abc import Callable

from benchbook.typing import FloatArray

VERSION: str
COMPILER: str
SOURCES: str

class Instance:
    def evaluate(self, x: FloatArray, /) -> FloatArray: ...

def instance(
    function: str,
    dim: int,
    offset: float,
    penalty: float,
    unbounded: bool,
    shift: FloatArray,
    arrays: tuple[FloatArray, ...],
    /,
) -> Instance: ...
def evaluate_each(instances: tuple[Instance, ...], x: FloatArray, /) -> FloatArray: ...
def elementary(name: str, x: FloatArray, y: FloatArray, /) -> FloatArray: ...
def variants() -> list[str]: ...
def variant() -> str: ...
def use(variant: str, /) -> None: ...
def check_with(function: Callable[[FloatArray, int], FloatArray], /) -> None: ...
