"""`inrkit report`: the page of a run, of an exported one, and what is refused."""

import json

import pytest

FEW = ["--clips", "2", "--samples", "1"]


def test_the_page_is_written_into_the_run(cli, run):
    outcome = cli("report", run, *FEW)
    assert outcome.exit_code == 0, outcome.output
    assert outcome.stdout.startswith(f"{run}/report.html: ") and "browser" in outcome.stdout
    assert "pictures made" in outcome.stderr
    assert (run / "report.html").read_text().startswith("<!doctype html>")


def test_facts_for_programs_and_another_place(cli, run, tmp_path):
    outcome = cli("report", run, *FEW, "--out", "pages/mine.html", "--measure", "3", "--json", "--quiet")
    assert outcome.exit_code == 0 and not outcome.stderr
    facts = json.loads(outcome.stdout)
    assert facts["bytes"] == (tmp_path / "pages/mine.html").stat().st_size < 10**6
    assert (facts["clips"], facts["step"], facts["missing"]) == (3, 10, "")
    assert not (run / "report.html").exists()
    assert "Measured are 3 of 4 clips" in (tmp_path / "pages/mine.html").read_text()


def test_an_earlier_checkpoint_is_not_given_the_figures_of_the_last(cli, run):
    assert cli("report", run, *FEW, "--checkpoint", "9").exit_code == 0
    page = (run / "report.html").read_text()
    assert "not the run&#x27;s last checkpoint" in page and "Held out<" not in page
    assert cli("report", run, *FEW).exit_code == 0
    assert "Held out<" in (run / "report.html").read_text()


def test_a_space_that_was_exported(cli, run, tmp_path):
    config = json.loads((run / "config.json").read_text())
    config["data"] |= {"source": "/home/somebody/films", "dataset": None}
    (run / "config.json").write_text(json.dumps(config))
    assert cli("export", run, "--out", "space").exit_code == 0
    outcome = cli("report", "space", *FEW)
    assert outcome.exit_code == 0 and "nothing to compare with" in outcome.stderr
    page = (tmp_path / "space/report.html").read_text()
    assert "not at hand" in page and "Novel videos" in page and "Held out<" in page


REFUSED = {
    "no run": "nowhere",
    "no checkpoint": "finished",
    "no such checkpoint": "finished --checkpoint 3",
    "a folder in the way": "finished --out film",
    "an unknown device": "finished --device banana",
    "a page on a full disk": "finished --clips 1 --measure 1 --samples 0",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_the_old_page(cli, run, rows, monkeypatch, tmp_path, case):
    def full(self, content):
        raise OSError(28, "No space left on device")

    (tmp_path / "film").mkdir()
    (run / "report.html").write_text("old")
    if case == "no checkpoint":
        (run / "checkpoints").rename(run / "elsewhere")
    if case == "a page on a full disk":
        monkeypatch.setattr("pathlib.Path.write_bytes", full)
    before = sorted(tmp_path.rglob("*"))
    outcome = cli("report", *REFUSED[case].split())
    code, parts = rows("Pages")[case]
    assert (outcome.exit_code, outcome.stdout) == (code, ""), outcome.output
    assert outcome.stderr.count("error: ") == 1
    for part in parts:
        assert part in outcome.stderr
    assert sorted(tmp_path.rglob("*")) == before and (run / "report.html").read_text() == "old"


def test_every_row_has_its_test(rows):
    assert set(rows("Pages")) == set(REFUSED)
