"""The tables of docs/baselines.md are those of the measured figures."""

import pytest

from longrange import baselines, report
from longrange.settings import CELLS


def test_the_page_holds_the_tables_of_the_measured_figures():
    page = (report.DOCS / "baselines.md").read_text(encoding="utf-8")
    assert report.between_marks(page, report.tables(report.Measured(baselines.MEASURED))) == page


def test_every_run_and_seed_was_measured():
    curves = report.Measured(baselines.MEASURED).curves("test")
    hidden = report.Measured(baselines.MEASURED).curves("hidden")
    for run, plan in baselines.RUNS.items():
        for cell in plan.cells:
            assert sorted(curves[run, cell]) == sorted(hidden[run, cell]) == list(plan.seeds)


def test_a_part_goes_between_its_marks_and_nowhere_else():
    text = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n"
    once = report.between_marks(text, {"a": "new"})
    assert once == "before\n<!-- a -->\n\nnew\n\n<!-- end of a -->\nafter\n"
    assert report.between_marks(once, {"a": "new"}) == once
    with pytest.raises(ValueError, match="marks"):
        report.between_marks(text, {"b": "new"})


def test_measured_figures_by_hand(tmp_path):
    """Two seeds: mean, least and most; the goal is met by one."""
    lines = ["run,cell,seed,cpu_seconds,parameters,split,at,value"]
    for seed, values in ((0, (1.0, 0.96)), (1, (0.8, 1.0))):
        lines += [f"tickets,lstm,{seed},{seed + 1}.00,1000,test,{at},{value}" for at, value in zip((5, 10), values)]
    path = tmp_path / "baselines.csv"
    path.write_text("\n".join(lines) + "\n")
    measured = report.Measured(path)
    curves = measured.curves("test")
    assert report.curve_rows(curves, "tickets", ["lstm"]) == [["LSTM", "0.90 [0.80, 1.00]", "0.98 [0.96, 1.00]"]]
    assert report.reached(curves["tickets", "lstm"]) == "1 of 2"
    assert report.cost_row(measured, "tickets", "lstm") == ["1,000", "2", "1.5 [1.0, 2.0]"]
    assert report.table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_the_gated_cells_remember_and_the_plain_cell_trained_the_plain_way_does_not():
    """What the data sets are for: of every seed of the plain cell, of all seeds but one of a gated one."""
    measured = report.Measured(baselines.MEASURED)
    for split, least in (("hidden", 0.9), ("unseen", 0.75)):
        curves = measured.curves(split)
        for cell in ("lstm", "gru"):
            _, *others = sorted(min(curve.values()) for curve in curves["tickets", cell].values())
            assert min(others) > least, (split, cell)
        for curve in curves["tickets", "rnn"].values():
            assert max(value for distance, value in curve.items() if distance > 20) < 0.3
    curves = measured.curves("hidden")
    errors = {cell: sorted(sum(curve[at] for at in (1, 2, 3, 4)) for curve in curves["agreement", cell].values())
              for cell in CELLS}
    for cell in ("lstm", "gru"):
        assert errors["rnn"][0] > 3 * errors[cell][-2], cell
        assert errors["rnn"][0] > 1.5 * errors[cell][-1], cell


def test_the_exceptions_are_in_the_tables():
    """A plain cell that starts as the identity keeps the noun; on agreement no start of it that was tried keeps the subject."""
    curves = report.Measured(baselines.MEASURED).curves("test")
    for curve in curves["tickets identity", "rnn"].values():
        assert min(curve[distance] for distance in (5, 10, 20, 40)) > 0.7
    for run in ("agreement identity", "agreement orthogonal"):
        for curve in curves[run, "rnn"].values():
            assert curve[3] > 0.3, run


def test_machine_torch_and_threads_stand_in_every_row():
    for row in report.Measured(baselines.MEASURED).rows:
        assert row["machine"] and row["torch"] and row["threads"] == "1" and float(row["lr"]) > 0
