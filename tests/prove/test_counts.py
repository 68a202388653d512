"""docs/proof.md says how much there is of everything, and `verify` lists every name that it gave."""

import csv

from autograder.prove import counts
from autograder.prove.gate_result import GateResult, NameGiven, write_names
from autograder.stages import find_stage


def test_the_page_has_the_numbers_of_the_folders():
    """`python -m autograder.prove.counts` writes them."""
    page = counts.PAGE.read_text(encoding="utf-8")
    assert page == counts.with_numbers(page), "run python -m autograder.prove.counts"


def test_a_number_that_is_not_right_any_more_is_found():
    page = counts.PAGE.read_text(encoding="utf-8")
    mistakes = str(len(find_stage("1-bptt").mistakes()))
    assert counts.with_numbers(page.replace(f" {mistakes} |", " 7 |", 1)) == counts.with_numbers(page)
    assert page.replace(f" {mistakes} |", " 7 |", 1) != page
    assert counts.with_numbers(page.replace(" slips by hand", "0 slips by hand")) == counts.with_numbers(page)


def test_every_name_given_is_written_with_what_is_true_of_it(tmp_path):
    findings = [GateResult("a", names=[NameGiven("mistake", "bptt-no-carry", "bptt-no-carry", "its own")]),
                GateResult("b", names=[NameGiven("bank", "a-program", "bptt-no-carry", "false")]), GateResult("c")]
    path, words = write_names(tmp_path / "dist" / "names-1-bptt.csv", findings)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["kind", "program", "name", "verdict"]
    assert rows == [["mistake", "bptt-no-carry", "bptt-no-carry", "its own"], ["bank", "a-program", "bptt-no-carry", "false"]]
    assert words == "names given: 1 to mistakes, 1 to bank; 1 false"
