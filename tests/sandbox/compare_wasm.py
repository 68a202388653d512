"""By hand: ISOLATION=wasm ends as the sandbox does, submission by submission.

    make WASM=yes environment
    python -m tests.sandbox.compare_wasm [--every=n] [stage ...]

Model answers, stub, mistakes, alternatives, and every nth of the bank of wrong programs (default: 4) of each stage, in both.
A line for each that ends otherwise, then counts and CPU seconds a submission. The exit status is 1 where outcomes, points or the
name of a mistake differ.
"""

from __future__ import annotations

import os
import resource
import sys
from collections import Counter
from typing import Any

from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.runner import Suite, collected
from autograder.grade.schedule.slot import warm
from autograder.grade.submission_grader import record_reference_run
from autograder.prove.gate_result import reference_source, seed_of_term
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import Stage, stages
from autograder.stages.strip import strip

KINDS = ("sandbox", "wasm")
Ending = dict[str, tuple[Any, ...]]


def sources(stage: Stage, every: int) -> dict[str, str]:
    """What is graded, by a name."""
    reference = reference_source(stage)
    return {"model answers": reference, "stub": strip(reference, stage.info.file),
            **{f"alternative {name}": source for name, source in stage.alternatives().items()},
            **{f"mistake {mistake.id}": mistake.source for mistake in stage.mistakes()},
            **{f"wrong {program.name}": program.source for program in stage.wrong_programs()[::every]}}


def spent(sandbox: Sandbox) -> float:
    """CPU seconds of this process and of the workers that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + float(sandbox.ask("spent")["cpu"])


def ending(stage: Stage, suite: Suite, sandbox: Sandbox, source: str, runs: Any) -> Ending:
    """How each test of a submission ends."""
    backend = SandboxBackend(stage, sandbox, {stage.info.file: source.encode()}, seed_of_term(), runs)
    diagnosis = Diagnosis(stage)
    try:
        results = suite.run(backend, diagnosis)
    finally:
        backend.close()
        sandbox.sweep()
    return {one.test: (one.outcome, round(one.points, 9), diagnosis.found.get(one.test, ("",))[0], one.message)
            for one in (result.verdict for result in results)}


def compare(stage: Stage, suite: Suite, every: int) -> bool:
    """Print what differs; whether all ended as in the sandbox."""
    boxes = {kind: Sandbox(preload=stage.info.preload, isolation=kind) for kind in KINDS}
    seconds: Counter[str] = Counter()
    different, messages, tests = 0, 0, 0
    try:
        for box in boxes.values():
            box.start()
        runs = {kind: record_reference_run(stage, box, suite, seed_of_term()) for kind, box in boxes.items()}
        listed = sources(stage, every)
        for name, source in listed.items():
            found = {}
            for kind, box in boxes.items():
                before = spent(box)
                found[kind] = ending(stage, suite, box, source, runs[kind])
                seconds[kind] += spent(box) - before
                if name == "model answers":
                    say(f"{stage.id}: model answers {spent(box) - before:.2f} CPU s in {kind}")
            for test, there in found["sandbox"].items():
                here = found["wasm"][test]
                tests += 1
                messages += here[3] != there[3]
                if here[:3] != there[:3]:
                    different += 1
                    say(f"  {name}: {test}\n    sandbox {there[:3]} {there[3][:200]!r}\n    wasm    {here[:3]} {here[3][:200]!r}")
    finally:
        for box in boxes.values():
            box.close()
    say(f"{stage.id}: {len(listed)} submissions, {tests} verdicts, {different} differ, {messages} messages differ; CPU s each: "
        + ", ".join(f"{kind} {seconds[kind] / len(listed):.2f}" for kind in KINDS))
    return not different


def say(text: str) -> None:
    """Past pytest, which keeps standard output to itself."""
    os.write(1, f"{text}\n".encode())


def main() -> None:
    """Compare the stages that are named, by default those without torch."""
    every = next((int(word.partition("=")[2]) for word in sys.argv[1:] if word.startswith("--every=")), 4)
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")]
    same = True
    for stage in stages():
        if stage.id in chosen or (not chosen and "torch" not in stage.info.preload):
            warm(stage)
            same &= collected(stage, lambda suite, stage=stage: compare(stage, suite, every))
    sys.exit(not same)


if __name__ == "__main__":
    main()
