"""What a stage says of the time a function may take holds for that function."""

import pytest

from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.runner import run_suite
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import find_stage, stages

STAGE = find_stage("2-vanishing")
SOLUTION = STAGE.solution.read_text(encoding="utf-8")
# The product of equation (3) again for each k: right, and a square of the work.
QUADRATIC = '''
def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    for k in range(t):
        product = np.eye(len(W_h))
        for i in range(k + 1, t + 1):
            product = (1 - h[i] ** 2)[:, None] * W_h @ product
        norms[k] = np.linalg.norm(product, 2)
    return norms
'''


@pytest.mark.parametrize("source, outcome", [(SOLUTION, "passed"), (SOLUTION + QUADRATIC, "timeout")],
                         ids=["linear", "quadratic"])
def test_a_function_has_its_own_limit(monkeypatch, source, outcome):
    """The answer that does far more work than it needs runs out of it, in that one test; the limit is low, to be quick here."""
    assert set(STAGE.info.cpu_seconds) == {"jacobian_norms"}
    monkeypatch.setitem(STAGE.info.cpu_seconds, "jacobian_norms", 0.5)
    sandbox = Sandbox(preload=STAGE.info.preload)
    sandbox.start()
    try:
        backend = SandboxBackend(STAGE, sandbox, {STAGE.info.file: source.encode()}, 1)
        found = {result.verdict.test: result.verdict.outcome for result in run_suite(STAGE, backend, only="2.1")}
        backend.close()
    finally:
        sandbox.close()
    assert found.pop("test_jacobian_norms_needs_t_products_only") == outcome
    assert set(found.values()) == {"passed"}


def test_limits_are_those_of_functions_there_are():
    """A limit of a function that no task has would never hold."""
    for stage in stages():
        assert set(stage.info.cpu_seconds) <= {name for names in stage.functions.values() for name in names}
        assert all(seconds > 0 for seconds in stage.info.cpu_seconds.values())
