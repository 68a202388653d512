"""policy.toml: what it means, and what a wrong one says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from traitlets.config import Config

from autograder.errors import UsageError
from autograder.grade.language import speaking
from autograder.gradebook.class_list import Came
from autograder.gradebook.late import Lateness, LatePolicy, Penalties, read_term, seconds_late
from autograder.gradebook.marks import SubmissionMarks
from autograder.gradebook.policy import Amount, Policy, Rule, read_policy
from autograder.gradebook.tables import grade_rows

BERLIN = '''timezone = "Europe/Berlin"
grace = "15 min"
per_day = "10 %"
cap = "50 %"
late_days = 3

[1-bptt]
due = 2026-10-24T23:59:00

[2-vanishing]
due = 2026-11-20T23:59:00
per_day = 4
cap = 9
'''


def course(folder, policy=BERLIN, collected=(), roster=()):
    """A course folder with these files."""
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    (folder / "collected.csv").write_text("student,stage,when,late,source,attempt,files,note\n" + "".join(
        f"{student},{stage},{when},{late},x.zip,1,2,\n" for student, stage, when, late in collected))
    if roster:
        (folder / "roster.csv").write_text("student,name,email,group,extension\n" + "".join(
            f"{student},,,,{extension}\n" for student, extension in roster))
    return folder


@pytest.mark.parametrize("when, days", [
    ("2026-10-24T23:59:00", 0), ("2026-10-25T00:14:00", 0), ("2026-10-25T00:14:01", 1), ("2026-10-25T23:59:00", 1),
    ("2026-10-26T00:00:00", 2), ("2026-10-24T21:59:00+00:00", 0), ("2026-10-25T21:59:30Z", 1), ("2026-10-20", 0),
])
def test_days_begun_count_by_the_clock_of_the_place_also_when_it_changes(tmp_path, when, days):
    """In the night of 25 October the clocks go back: that day has 25 hours, and is one day."""
    term = read_term(course(tmp_path, collected=[("ada", "1-bptt", when, "")]))
    assert term.lateness("1-bptt", "ada").days == days


def test_penalty_cap_and_the_budget_of_late_days(tmp_path):
    """Free days go to the stage that was due first; then a day costs, up to the cap."""
    term = read_term(course(tmp_path, collected=[
        ("ada", "1-bptt", "2026-10-26T12:00:00", ""), ("ada", "2-vanishing", "2026-11-23T12:00:00", ""),
        ("bob", "1-bptt", "2026-12-24T12:00:00", ""), ("eve", "2-vanishing", "2026-11-30T12:00:00", "")]))
    first, second = term.lateness("1-bptt", "ada"), term.lateness("2-vanishing", "ada")
    assert (first.days, first.free, first.cost) == (2, 2, 0) and (second.days, second.free, second.cost) == (3, 1, 8)
    assert term.lateness("1-bptt", "bob").cost == 50 and term.lateness("2-vanishing", "eve").cost == 9
    assert second.sentence() == "3 days late, 1 of them free"


def test_free_days_go_by_due_date_and_not_by_name():
    """The second stage may be due before the first one."""
    zone = ZoneInfo("Europe/Berlin")
    rules = {"1-bptt": Rule(datetime(2026, 11, 20, tzinfo=zone), zone),
             "2-vanishing": Rule(datetime(2026, 10, 20, tzinfo=zone), zone)}
    assert Policy(rules, late_days=3).charged({"1-bptt": 2, "2-vanishing": 2}) == {"1-bptt": (1, 1), "2-vanishing": (2, 0)}


def test_a_share_is_of_the_stages_own_points():
    assert Amount(10.0, percent=True).of(50) == 5 and Amount(10.0).of(50) == 10


def test_an_extension_over_the_change_of_the_clocks_ends_at_the_same_hour():
    zone = ZoneInfo("Europe/Berlin")
    rule = Rule(datetime(2026, 10, 24, 23, 59, tzinfo=zone), zone)
    assert rule.due_for(2).astimezone(zone).replace(tzinfo=None) == datetime(2026, 10, 26, 23, 59)


def test_no_penalty_is_larger_than_the_score(tmp_path):
    """And none is taken for what came in time."""
    term = read_term(course(tmp_path, collected=[("bob", "1-bptt", "2026-12-24T12:00:00", "")]))
    config = Config({"AssignLatePenalties": {"plugin_class": LatePolicy}})
    penalties = Penalties(term, config=config)
    assert [penalties.of("1-bptt", "bob", score, 1.0) for score in (80.0, 30.0, 0.0)] == [50, 30, 0]
    assert penalties.of("1-bptt", "bob", 80.0, 0.0) is None


def test_seconds_late_are_counted_from_the_extended_due_date():
    due, day = datetime(2026, 10, 24), timedelta(days=1)
    assert [seconds_late(due + 2 * day, due, extension) for extension in (None, day, 3 * day)] == [172800, 86400, 0]
    assert seconds_late(None, due, None) == seconds_late(due, None, None) == 0


def test_an_extension_of_the_roster_moves_the_due_date(tmp_path):
    """For every stage, or for one."""
    late = [(name, stage, when, "") for name in ("ada", "bob", "eve")
            for stage, when in (("1-bptt", "2026-10-26T12:00:00"), ("2-vanishing", "2026-11-22T12:00:00"))]
    term = read_term(course(tmp_path, collected=late, roster=[("ada", "2"), ("bob", "2-vanishing:5"), ("eve", "")]))
    days = {name: [term.lateness(stage, name).days for stage in ("1-bptt", "2-vanishing")] for name in ("ada", "bob", "eve")}
    assert days == {"ada": [0, 0], "bob": [2, 0], "eve": [2, 2]}


@pytest.mark.parametrize("text, days", [
    ("0.5", (2, 2)), ("1,25", (1, 1)), ("+2", (0, 0)), ("2 days", (0, 0)), ("1:2", (0, 2)), ("bptt=1,vanishing:2", (1, 0)),
    ("1 2-vanishing:2", (1, 0)), ("1-bptt:2; 2:1", (0, 1)),
])
def test_an_extension_is_read_as_people_write_it(tmp_path, text, days):
    """A stage by any of its names, half a day, and one number for the stages that are not named."""
    late = [("ada", "1-bptt", "2026-10-26T12:00:00", ""), ("ada", "2-vanishing", "2026-11-22T12:00:00", "")]
    folder = course(tmp_path, collected=late)
    (folder / "roster.csv").write_text(f'student;extension\nada;"{text}"\n')
    term = read_term(folder)
    assert tuple(term.lateness(stage, "ada").days for stage in ("1-bptt", "2-vanishing")) == days


@pytest.mark.parametrize("text, when", [
    ("2026-10-05 10:00:00.5 UTC", "2026-10-05T10:00:00.5+00:00"), ("2026-10-05 10:00:00 -0700", "2026-10-05T17:00:00+00:00"),
    ("05.10.2026 10:00", "2026-10-05T08:00:00+00:00"), ("10/25/2026 10:00 AM", "2026-10-25T09:00:00+00:00"),
    ("Oct 5, 2026 at 10am", "2026-10-05T08:00:00+00:00"), ("2026/10/05 10:00", "2026-10-05T08:00:00+00:00"),
    ("10:00", None), ("12", None), ("2026", None), ("Sun", None), ("Oct 2026", None), ("03/04/2026", None),
    ("2026-10-05T10:00:00 IST", None), ("2026-02-30", None), ("1761390000", None),
])
def test_a_time_has_one_meaning_or_none(tmp_path, text, when):
    """What lacks its day, or has day and month in an order nobody knows, or a zone by letters, is not guessed at."""
    came = read_term(course(tmp_path, collected=[("ada", "1-bptt", f'"{text}"', "")])).lateness("1-bptt", "ada").came
    assert came.when == (datetime.fromisoformat(when) if when else None) and bool(came.problem) == (when is None)


def test_what_is_not_known_costs_nothing_and_is_said(tmp_path):
    """Late by the LMS without a time; a student's own timestamp.txt is no witness beside a download."""
    folder = course(tmp_path, collected=[("ada", "1-bptt", "", "yes"), ("bob", "1-bptt", "tomorrow", "")])
    for name in ("ada", "eve", "fay"):
        (folder / "submitted" / name / "1-bptt").mkdir(parents=True)
    (folder / "submitted" / "ada" / "1-bptt" / "timestamp.txt").write_text("2026-10-01 10:00:00 UTC")
    (folder / "submitted" / "eve" / "1-bptt" / "timestamp.txt").write_text("2026-10-27 10:00:00 UTC")
    (folder / "submitted" / "fay" / "1-bptt" / "timestamp.txt").write_text("soon")
    term = read_term(folder)
    ada, bob, eve, fay = (term.lateness("1-bptt", name) for name in ("ada", "bob", "eve", "fay"))
    assert ada.cost == 0 and "when it came is not known" in ada.sentence()
    assert bob.cost == 0 and "'tomorrow', which is no time" in bob.sentence()
    assert eve.days == 3 and eve.came.when == datetime(2026, 10, 27, 10, tzinfo=UTC)
    assert fay.cost == 0 and "timestamp.txt is no time" in fay.sentence()


@pytest.mark.parametrize("text, words", [
    ('timezone = "Berlin"\n[1-bptt]\ndue = 2026-10-24T23:59:00', r'timezone: \'Berlin\' is no time zone; write a name such as'),
    ("[1-bptt]\ndue = 2026-10-24T23:59:00", r"\[1-bptt\] due: in which time zone\? Put timezone ="),
    ("[1-bptt]\nper_day = 5", r"\[1-bptt\] has no due date; write one such as due = 2026"),
    ("[1-btt]\ndue = 2026-10-24", r"\[1-btt\]: there is no such stage \(did you mean 1-bptt\?\)"),
    ("per_dya = 5", r"per_dya: there is no such setting \(did you mean per_day\?\)"),
    ("[1-bptt]\ndue = 2026-10-24T10:00:00Z\nlate_days = 3", r"late_days: .*holds for the whole term"),
    ('[1-bptt]\ndue = "next week"', r"due: 'next week' is no date; write 2026-11-02T23:59:00"),
    ("[1-bptt]\ndue = 5", r"due: 5 is no date"),
    ('per_day = "ten"\n[1-bptt]\ndue = 2026-10-24T10:00:00Z', r"policy.toml: per_day: 'ten' is no amount; write points"),
    ("[1-bptt]\ndue = 2026-10-24T10:00:00Z\nper_day = -1", r"\[1-bptt\] per_day: -1 is no amount"),
    ("[1-bptt]\ndue = 2026-10-24T10:00:00Z\nper_day = true", r"per_day: True is no amount"),
    ("[1-bptt]\ndue = 2026-10-24T10:00:00Z\nper_day = nan", r"per_day: nan is no amount"),
    ('[1-bptt]\ndue = 2026-10-24T10:00:00Z\ncap = "150 %"', r"cap: '150 %' is no amount"),
    ('[1-bptt]\ndue = 2026-10-24T10:00:00Z\ngrace = "a while"', r"grace: 'a while' is no length of time; write minutes"),
    ("late_days = 1.5", r"late_days: 1.5 is no number of days"),
    ("due = = 1", r"policy.toml, line 1: Invalid value"),
    ("[1-bptt]\ndue = 2026-13-24", r"policy.toml, line 2: Expected newline.*\n  A date is written 2026-11-02"),
])
def test_a_wrong_file_names_itself_the_key_and_what_is_right(tmp_path, text, words):
    (tmp_path / "policy.toml").write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        read_policy(tmp_path)
    assert str(tmp_path / "policy.toml") in str(caught.value)


@pytest.mark.parametrize("name, text, words", [
    ("roster.csv", "name,email\nAda,a@x.y\n", "has no column student"),
    ("roster.csv", "student,extension\nada,soon\n", r"ada: extension 'soon' is no number of days; write 3, or 1-bptt:3"),
    ("roster.csv", "student,extension\nada,-2\n", "is no number of days"),
    ("roster.csv", "student,extension\nada,2-vanishing:soon\n", "is no number of days"),
    ("roster.csv", "student,extension\nada,3 1\n", "is no number of days"),
    ("roster.csv", "student,extension\nada,2-vanising:3\n", "ada: .*there is no stage '2-vanising'(?s:.)*2-vanishing"),
    ("roster.csv", b"student\n\xd5\xc5\xc8\xfd\n", "is not UTF-8"),
])
def test_a_wrong_roster_says_so(tmp_path, name, text, words):
    folder = course(tmp_path, collected=[("ada", "1-bptt", "2026-10-26T12:00:00", "")])
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=words):
        read_term(folder).lateness("1-bptt", "ada")


def test_forms_of_dates_and_amounts(tmp_path):
    """A date alone is the end of that day; an offset stands for a time zone; without a policy nothing is late."""
    (tmp_path / "policy.toml").write_text('per_day = 2.5\n[1-bptt]\ndue = "2026-10-24 12:00+02:00"\ngrace = "2 h"\n'
                                          '[2-vanishing]\ndue = 2026-11-20\ntimezone = "UTC"\n')
    policy = read_policy(tmp_path)
    one, two = policy.rules["1-bptt"], policy.rules["2-vanishing"]
    assert one.days_late(datetime(2026, 10, 24, 12, 0, tzinfo=UTC)) == 0 and one.grace == timedelta(hours=2)
    assert one.days_late(datetime(2026, 10, 24, 12, 1, tzinfo=UTC)) == 1 and one.cost(3, 100) == 7.5
    assert two.due == datetime(2026, 11, 20, 23, 59, 59, tzinfo=two.due.tzinfo)
    (tmp_path / "policy.toml").write_text('[2-vanishing]\ndue = "2026-11-20"\ntimezone = "UTC"\n')
    assert read_policy(tmp_path).rules["2-vanishing"].due == two.due  # in quotes or not
    (tmp_path / "policy.toml").unlink()
    assert read_policy(tmp_path).rules == {} and read_term(tmp_path).lateness("1-bptt", "ada").sentence() == ""


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_is_late_by_an_unknown_time_needs_a_person_in_every_language_and_who_lost_points_does_not(tmp_path, language):
    """What asks for somebody is told apart when the note is made, and not by its words."""
    term = read_term(course(tmp_path, collected=[("ada", "1-bptt", "", "yes"), ("bob", "1-bptt", "2026-12-24T12:00:00", "")]))
    records = [{"student": who, "stage": "1-bptt", "status": "graded", "isolation": "sandbox"} for who in ("ada", "bob")]
    marks = {("1-bptt", who): SubmissionMarks("1-bptt", who, f"{who}-1", 0.0, None, None, None) for who in ("ada", "bob")}
    with speaking(language):
        ada, bob = grade_rows(records, marks, term, {})
    assert ada["note"] == "; ".join(ada["asks"]) and len(ada["asks"]) == 1
    assert bob["note"] and bob["asks"] == []


def test_the_borders_of_what_may_be_written(tmp_path):
    """No late days, all points, and minutes where no unit is named."""
    (tmp_path / "policy.toml").write_text('late_days = 0\ncap = "100 %"\n[1-bptt]\ndue = 2026-10-24T10:00:00Z\ngrace = "15"\n'
                                          'per_day = 0\n')
    policy = read_policy(tmp_path)
    rule = policy.rules["1-bptt"]
    assert (policy.late_days, rule.cap, rule.grace) == (0, Amount(100.0, percent=True), timedelta(minutes=15))
    assert rule.cost(3, 80) == 0


@pytest.mark.parametrize("days, free, said", [(1, 0, "1 day late"), (3, 1, "3 days late, 1 of them free"),
                                              (3, 3, "3 days late, all of them free"), (0, 0, "")])
def test_how_late_is_said_in_a_sentence(days, free, said):
    assert Lateness(Came(), days=days, free=free).sentence() == said
