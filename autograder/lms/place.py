"""Store a person's hand-in: what it replaces is kept aside, and manual repairs are left alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from autograder.checks.words import N_
from autograder.grade.handin.archives import Archive
from autograder.grade.handin.content import code_state, notebook_state
from autograder.grade.handin.normalise import TYPED
from autograder.grade.handin.state import question_of
from autograder.grade.language import doubt, said, stored
from autograder.grade.names import shown
from autograder.lms.collected import Collected
from autograder.lms.formats import Handin
from autograder.lms.incoming import Incoming, lacks, read_incoming
from autograder.lms.target import Target, digests
from autograder.stages import Stage

BY_HAND = "changed by hand since it was collected; left as it is"


def place(archive: Archive, handins: list[Handin], target: Target, outcome: Collected) -> None:
    """Store the work of one person for one stage; of several hand-ins, in order, the last counts."""
    handin = handins[-1]
    if target.is_blocked:
        outcome.refused[target.name] = f"{target.folder} is a link or a file; put the folder itself there"
        return
    if not any(one.files for one in handins):
        outcome.empty.append(target.pair)
        if not target.folder.exists():
            target.remember(_nothing_readable(archive, handin) | {"notes": ["handed in without a file"]})
        return
    with ExitStack() as stack:
        read = [read_incoming(archive, one, target, stack, outcome, one is handins[0]) for one in handins]
    newest, earlier = read[-1], [one for one in reversed(read[:-1]) if one]
    if newest is None or (newest.hand_in.closed and earlier):
        if earlier:
            place(archive, handins[:-1], target, outcome)
        why = newest.hand_in.closed if newest else said("nothing of it could be opened")
        _note_unread(archive, handin, target, why, outcome)
        return
    if handin.late:
        outcome.late.add(target.pair)
    before, state = target.content(), target.state()
    for one in earlier:
        newest.carry_over(one.own, target.stage, "an earlier hand-in")
    collected = digests(newest.files)
    if before is not None and state:
        newest.carry_over(before, target.stage, "the hand-in before")
    facts = _facts(archive, handin, newest, target.stage, len(handins)) | {
        "attempt": int(state.get("attempt") or 1), "collected": collected}
    is_older = bool(state.get("order") and handin.order and handin.order < str(state["order"]))
    by_hand = before is not None and bool(state.get("files")) and digests(before) != state["files"]
    is_same = before is not None and state.get("collected") == collected
    if newest.hand_in.closed and before is not None and not is_same and not is_older:
        _note_unread(archive, handin, target, newest.hand_in.closed, outcome)
        outcome.unchanged.append(target.pair)
        return
    if is_same:
        facts |= _still_true(state, facts, by_hand)
        outcome.unchanged.append(target.pair)
    elif before is not None and is_older:
        outcome.unchanged.append(target.pair)
        outcome.notes.append(f"{target.name}: this download has an older hand-in than the one that is there, which stays")
        return
    elif before is not None and digests(before) == facts["files"]:
        outcome.unchanged.append(target.pair)
    else:
        facts |= _put(newest, earlier, before, state, by_hand, target, outcome)
    outcome.details[target.pair] = facts["notes"]
    if question := question_of(facts):
        outcome.questions[target.pair] = question
    target.remember(facts)


def _still_true(state: dict[str, Any], facts: dict[str, Any], by_hand: bool) -> dict[str, Any]:
    """Return the part of the stored state that stays valid when the same is collected again; a manual repair answers its
    question.
    """
    same = ("files", "renamed", "unpacked", "notes", "source", "unread", *(() if by_hand else ("earlier",)))
    still = {key: state[key] for key in same if key in state}
    notes = still.get("notes", facts["notes"])
    return still | ({"question": "", "notes": [*(note for note in notes if note != BY_HAND), BY_HAND]} if by_hand else {})


def _put(newest: Incoming, earlier: list[Incoming], before: dict[str, bytes] | None, state: dict[str, Any], by_hand: bool,
         target: Target, outcome: Collected) -> dict[str, Any]:
    """Write the files and keep aside what they replace; return what to store about that."""
    if by_hand:
        where = target.next_aside().relative_to(target.submitted.parent)
        outcome.notes.append(
            f"{target.name} had been changed by hand; a newer hand-in took its place, and what was changed lies in {where}/")
    aside = target.replace(newest.files)
    (outcome.replaced if aside else outcome.new).append(target.pair)
    sources: list[tuple[dict[str, bytes], Path | None]] = [(one.own, None) for one in earlier]
    sources += [(before, aside)] if before is not None else []
    facts = {"attempt": int(state.get("attempt") or 0) + 1} | _lost_work(newest, sources, target)
    still = state.get("earlier")
    if still and not by_hand and "earlier" not in facts and lacks(newest.own, str(still["file"]), target.stage):
        facts["earlier"] = still  # neither the earlier hand-in nor this one contains work
    return facts


def _facts(archive: Archive, handin: Handin, newest: Incoming, stage: Stage, count: int) -> dict[str, Any]:
    """Return what is stored about a hand-in; see `autograder.grade.handin.state`."""
    files, question = digests(newest.files), newest.hand_in.needs_person
    notes = [*newest.notes, *handin.notes]
    if stage.info.file not in files and not question:
        notes.append(f"{stage.info.file} is missing")
    if lack := lacks(newest.own, stage.info.file, stage):
        notes.append(f"{stage.info.file} {lack}")
    if handin.files and all(map(TYPED.fullmatch, handin.files)):
        notes.append("only online text")
    elif f"{stage.id}.ipynb" not in files and not question:
        notes.append("no notebook")
    if count > 1:
        notes.append(f"{count} hand-ins in this download; the latest counts")
    who = handin.lms_identity
    return _who(archive, handin) | {
        "group": who.group if who.group == who.name else "",
        "anonymous": handin.anonymous,
        "order": handin.order,
        "files": files,
        "renamed": {target: source for target, source in newest.hand_in.renamed.items() if target in files},
        "unpacked": sorted(newest.hand_in.unpacked & files.keys()),
        "notes": notes,
        "question": question,
    }


def _who(archive: Archive, handin: Handin) -> dict[str, Any]:
    """Return whose hand-in it is, and when it arrived."""
    who = handin.lms_identity
    return {"lms": who.lms if who.lms != "folder" else "", "id": who.id, "name": who.name, "email": who.email,
            "when": handin.when, "late": handin.late, "source": archive.path.name}


def _nothing_readable(archive: Archive, handin: Handin) -> dict[str, Any]:
    """Return what is stored about an unreadable hand-in: that it was handed in."""
    return _who(archive, handin) | {"group": "", "attempt": 1, "files": {},
                                    "notes": ["unreadable: nothing of it could be opened"]}


def _note_unread(archive: Archive, handin: Handin, target: Target, why: str, outcome: Collected) -> None:
    """Record an unreadable hand-in: it replaces nothing, and is not forgotten."""
    if not target.folder.exists():
        target.remember(_nothing_readable(archive, handin))
        return
    unread = doubt("a newer hand-in, in {archive}, could not be read ({why}): this is the one before it",
                   archive=shown(archive.path.name), why=why)
    outcome.notes.append(f"{target.name}: {why}; what was there before was left")
    target.remember((target.state() or _nothing_readable(archive, handin) | {"notes": []}) | {"unread": stored(unread)})


def _lost_work(newest: Incoming, earlier: list[tuple[dict[str, bytes], Path | None]], target: Target) -> dict[str, Any]:
    """Return the question to ask if a hand-in is empty and an earlier one was not: which of them counts.

    Parameters
    ----------
    earlier : list of (dict, Path or None)
        Files of the earlier hand-ins, latest first, and where they are stored; None if they never were.
    """
    stage = target.stage
    states: dict[str, Callable[[bytes, Stage], str]] = {stage.info.file: code_state, f"{stage.id}.ipynb": notebook_state}
    others = [name for name in newest.own if name not in states and (name.endswith(".py") or name in stage.info.submission_files)]
    for name in (*states, *others):
        lack = "" if newest.hand_in.needs_person else lacks(newest.own, name, stage)
        for files, where in earlier if lack else []:
            if name not in files or (states[name](files[name], stage) != "written" if name in states
                                     else lacks(files, name, stage)):
                continue
            lies_at = (where or target.keep_aside(files)) / name
            code = N_("{file} {lack}, and the hand-in before had more in it: that one is {place}. Save a line more in it if the "
                      "newer one counts, else put the earlier one here, and run make grade again")
            other = N_("{file} {lack}, and the hand-in before had more in it: that one is {place}. Save it once more with any "
                       "change if the newer one counts, else put the earlier one here, and run make grade again")
            question = said(code if name.endswith(".py") else other, file=name, lack=lack,
                            place=str(lies_at.relative_to(target.submitted.parent)))
            return {"earlier": {"file": name, "question": stored(question)}}
    return {}
