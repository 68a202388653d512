"""Render the report of the public tests as HTML for a notebook: the result at a glance, details on a click."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from . import report
from .report import FAILED, IN_PART, PASSED, UNCHECKED, UNWRITTEN, WAITING
from .words import _

if TYPE_CHECKING:
    from .home import HomeVerdict
    from .session import Outcome

# States are told apart by glyph and word, not by colour alone. White on each of these colours is readable on light and dark
# pages.
LOOK = {PASSED: ("\N{CHECK MARK}", "#0a6b58"), FAILED: ("\N{BALLOT X}", "#b3400e"),
        IN_PART: ("\N{LEFT HALF BLACK CIRCLE}", "#7a5c00"), UNWRITTEN: ("\N{WHITE CIRCLE}", "#5f6670"),
        WAITING: ("\N{HORIZONTAL ELLIPSIS}", "#5f6670"), UNCHECKED: ("?", "#b3400e")}
PRE = "white-space:pre-wrap;margin:.3em 0 .3em 1.2em;font-family:monospace;font-size:.92em;background:none;color:inherit"


def badge(state: str) -> str:
    """Render the state of a task: glyph and word on a coloured background."""
    glyph, colour = LOOK[state]
    return (f'<span style="background:{colour};color:#fff;border-radius:.4em;padding:.05em .5em;white-space:nowrap">'
            f"{glyph} {escape(_(state))}</span>")


def view(outcome: Outcome, so_far: str = "") -> str:
    """Render the report of the public tests as HTML; all text in it is escaped."""
    scope = escape(_("public tests, hidden ones are part of the grade too"))
    parts = [f'<div class="public-tests" style="line-height:1.45"><b>{escape(outcome.title)}</b> '
             f'<span style="opacity:.75">{escape(report.head(outcome) or outcome.file)}; '
             f"{scope}</span>"]
    if outcome.problem:
        why = escape(_("The public tests could not be run: {why}", why=outcome.problem))
        parts.append(f"<p>{badge(UNCHECKED)} {why}<br>{escape(_(report.WHAT_NEXT))}</p>")
    elif outcome.load_error:
        why = escape(_("{file} could not be imported:", file=outcome.file))
        parts.append(f"<p>{badge(UNCHECKED)} {why}</p>"
                     f'<pre style="{PRE}">{escape(outcome.load_error)}\n{escape(outcome.load_trace)}</pre>')
    sentences = (*(outcome.notes if outcome.load_error else ()), *outcome.earlier, *outcome.fails_there)
    parts += [f"<p>{escape(sentence)}</p>" for sentence in sentences]
    if outcome.printed and not outcome.load_error:
        parts.append(_folded(_("{file} printed while it was imported", file=outcome.file), f'<pre style="{PRE}">'
                             f"{escape(report.first_lines(outcome.printed))}</pre>"))
    if not outcome.problem and not outcome.load_error:
        failed: list[str] = []
        for task, mine in report.by_task(outcome):
            parts.append(_task(outcome, task, mine, failed))
            failed += [task] if report.state_of(mine) == FAILED else []
        parts.append(f'<div style="margin-top:.4em;opacity:.85">{escape(so_far or report.points_so_far(outcome))}</div>')
    return "".join(parts) + "</div>"


def _task(outcome: Outcome, task: str, mine: list[HomeVerdict], failed: list[str]) -> str:
    state = report.state_of(mine)
    passed = sum(verdict.outcome == "passed" for verdict in mine)
    title = (f'<div style="margin-top:.4em">{badge(state)} <b>{escape(task)}</b> {escape(outcome.tasks.get(task, ""))} '
             f'<span style="opacity:.75">{_("{passed} of {all} tests", passed=passed, all=len(mine))}</span></div>')
    if state not in (FAILED, IN_PART, WAITING):
        return title
    tests = [_test(verdict, opened=position == 0) for position, verdict in
             enumerate(verdict for verdict in mine if verdict.outcome != "passed")]
    remark = f'<div style="margin-left:1.2em">{escape(report.earlier(failed))}</div>' if failed and state == FAILED else ""
    return title + "".join(tests) + remark


def _test(verdict: HomeVerdict, opened: bool) -> str:
    if verdict.outcome == "not_implemented":
        state, text = (WAITING, report.waits(verdict)) if verdict.waits_for else (UNWRITTEN, verdict.message)
        return f'<div style="margin-left:1.2em">{LOOK[state][0]} {escape(verdict.title)}: {escape(text)}</div>'
    rows = [_("call      {call}", call=verdict.call)] if verdict.call else []
    rows += [part for part in (verdict.message, verdict.trace) if part]
    body = f'<pre style="{PRE}">{escape(chr(10).join(rows))}</pre>'
    if verdict.inputs:
        body += _folded(_("what went in"), f'<pre style="{PRE}">{escape(verdict.inputs)}</pre>', opened=True)
    if verdict.printed.strip():
        printed = escape(report.first_lines(verdict.printed))
        body += _folded(_("what it printed"), f'<pre style="{PRE}">{printed}</pre>', opened=True)
    if verdict.hint:
        body += ('<div style="margin:.3em 0 .3em 1.2em;border-left:3px solid #8a5a00;padding-left:.6em;white-space:pre-wrap">'
                 "<b>" + escape(_("Hint.")) + f"</b> {escape(verdict.hint)}</div>")
    return _folded(f"{LOOK[FAILED][0]} {verdict.title}", body, opened)


def _folded(title: str, body: str, opened: bool = False) -> str:
    return (f'<details style="margin-left:1.2em"{" open" if opened else ""}><summary style="cursor:pointer">{escape(title)}'
            f"</summary>{body}</details>")
