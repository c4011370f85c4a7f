import pytest

from benchbook.optimizers.catalog import NATIVE
from benchbook.optimizers.native.parts.base import NativeOptimizer


@pytest.fixture(params=NATIVE, ids=lambda factory: factory.name)
def native(request: pytest.FixtureRequest) -> type[NativeOptimizer]:
    """Return each native optimizer of the catalog."""
    return request.param
