"""The page of a run: what it says, and that nothing in a run can make it do anything else."""

import json

import pytest

from inrkit.report.page.html import tag, text

HOSTILE = "<script>alert('&\"')</script>\x07"


def test_everything_is_in_the_file_and_nothing_runs(tiny):
    _, page = tiny
    assert page.policy["default-src"] == "'none'" and page.policy["img-src"] == "data:"
    assert page.policy["style-src"] == f"'sha256-{page.style_hash}'"
    assert not [name for name, _ in page.elements if name in {"script", "iframe", "object", "embed", "form", "base"}]
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for name, attributes in page.elements:
        for key in {"src", "href", "srcset", "action", "poster", "data"} & attributes.keys():
            address = attributes[key]
            assert address.startswith("data:") or address.removeprefix("#") in ids, (name, address[:80])
        assert not [key for key in attributes if key.startswith("on") or key == "style"], "closed by the policy"
    assert "url(" not in page.style and "@import" not in page.style


def test_it_can_be_read_without_seeing_it(tiny):
    _, page = tiny
    assert page.all("html")[0]["lang"] == "en" and page.all("title")
    for picture in page.all("img"):
        assert picture["alt"].strip() and int(picture["width"]) > 0
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in page.all("svg"))
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    moving, still = ([each for each in page.all("img") if each["class"] == kind] for kind in ("moving", "still"))
    assert len(moving) == len(still) == 1 + 3 + 2 + 2  # banner, clips, samples of two samplers, interpolations


def test_figures_are_those_of_the_run(tiny):
    facts, page = tiny
    assert facts["clips"] == 4 and not facts["missing"] and facts["step"] == 80
    assert facts["bytes"] == len(page.source.encode())
    for figure in (facts["psnr"], facts["static_floor"]):
        assert f"{figure:.2f} dB" in page.seen
    shown = [each["alt"] for each in page.all("img") if "error side by side" in each["alt"]][::2]
    scores = [float(alt.split()[-2]) for alt in shown]
    assert scores == sorted(scores) and len(scores) == 3
    for part in ("Training", "Reconstructions", "Novel videos", "Interpolations", "Map of the latents", "codebook"):
        assert part in page.seen
    assert "Evaluation" not in page.seen  # it was not evaluated


def test_they_agree_with_what_training_measured(report):
    seen = {}

    def look(folder):
        seen.update(json.loads((folder / "result.json").read_text())["train"])

    facts, _ = report(look)
    assert (facts["psnr"], facts["static_floor"]) == (seen["psnr"], seen["static_floor"])


def rewrite(file, change):
    """A spoiler that changes a JSON file of the run."""

    def spoil(folder):
        path = folder / file
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return spoil


def test_names_and_options_from_outside_are_shown_not_run(report):
    def change(config):
        config["data"]["clips"] = [f"{HOSTILE}{index}" for index in range(4)]
        config["data"]["notes"] = [HOSTILE]
        config["environment"][HOSTILE] = HOSTILE
        config["preset"] = HOSTILE

    def spoil(folder):
        rewrite("config.json", change)(folder)
        part = {"name": HOSTILE, "source": HOSTILE, "scores": {HOSTILE: {"mean": 1}}, "notes": [HOSTILE]}
        part["about"] = {HOSTILE: {HOSTILE: HOSTILE}}
        tasks = [part | {"name": f"task/{HOSTILE}"}]
        content = {"run": HOSTILE, "settings": {HOSTILE: HOSTILE}, "parts": [part, *tasks]}
        content["checkpoints"] = [{"step": step, "parts": [part]} for step in (1, 2)]
        (folder / "evaluation.json").write_text(json.dumps(content))

    facts, page = report(spoil)
    assert "no longer gives the clips" in facts["missing"]  # they have other names now
    assert not page.all("script") and "<script>alert" not in page.source
    assert page.seen.count("<script>alert('&\"')</script>\ufffd") > 15
    assert "\x07" not in page.source
    assert any("<script>" in each["alt"] for each in page.all("img"))


def test_clips_that_are_gone(report):
    def gone(config):
        config["data"] |= {"source": "/home/somebody/films", "dataset": None}

    facts, page = report(rewrite("config.json", gone))
    assert facts["clips"] == 0 and facts["psnr"] is None and "films" in facts["missing"]
    assert "not at hand" in page.seen and "reconstruction of the training clip" in page.seen
    assert len([each for each in page.all("img") if each["alt"].startswith("Reconstruction of toy-")]) == 2 * 3
    assert "somebody" not in page.source  # pages are shown to others


def test_a_run_without_a_log_and_with_a_strange_one(report):
    _, page = report(lambda folder: (folder / "metrics.jsonl").unlink())
    assert "training-title" not in page.source
    strange = '{"step": 1, "loss": NaN, "psnr": "x", "lr": 1}\n{"step": 2, "loss": true, "psnr": 1e999, "lr": 0.1}\n'
    _, page = report(lambda folder: (folder / "metrics.jsonl").write_text(strange))
    assert "Learning rate" in page.seen and "Loss" not in page.seen


def test_curves_of_the_evaluations_during_a_training(report):
    lines = [
        {"step": 10 * n, "training": {"psnr": 20.0 + n, "static-floor": 18.5, HOSTILE: 1.0}, "held-out": {"psnr": 9.0}}
        for n in (1, 2)
    ]
    strange = [{"step": 10**400, "training": {"psnr": 1}}, {"step": 30, "training": [1], "held-out": {"psnr": "x"}}]

    def spoil(folder):
        text = "\n".join(map(json.dumps, [*lines, *strange])) + "\ncut sho"
        (folder / "evaluations.jsonl").write_text(text)

    _, page = report(spoil)
    assert "psnr of whole clips" in page.seen and "--eval-every" in page.seen
    assert "Training clips: 21 at step 10, 22 at step 20. Held-out clips: 9 at step 10, 9 at step 20." in page.seen
    assert page.seen.count("a still picture, training") == 1 and "static-floor of" not in page.seen
    assert not page.all("script") and "<script>alert" in page.seen
    before, _, after = page.source.partition("psnr of whole clips")
    assert 'id="training"' in before and 'id="reconstructions"' in after


def test_curves_across_the_stages_of_a_progressive_training(report):
    lines = [
        {"step": step, "loss": 0.1, "psnr": 20.0, "lr": 0.1, "clips": clips}
        for step, clips in ((10, 2), (20, 2), (30, 4), (40, 4), (50, 9))
    ]
    _, page = report(lambda folder: (folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines))))
    assert "began on the first 2 clips, from step 21 on 4, from step 41 on 9:" in page.seen
    assert len([each for each in page.all("g") if each.get("class") == "marks"]) == 2, "with PSNR and the loss"
    assert page.seen.count("more clips") == 2
    _, page = report(lambda folder: (folder / "metrics.jsonl").write_text(json.dumps(lines[0])))
    assert "more clips" not in page.seen and "began on" not in page.seen


def test_settings_are_said_once_and_notes_where_they_are_shown(report):
    part = {"name": "a", "scores": {"x": 1.5}, "about": {"fvd": {"frames": 16, "notes": ["n"]}}, "notes": ["fvd: n"]}
    page = evaluated(report, {"seed": 7654321, "parts": [part], "settings": {"seed": 7654321}})
    assert page.seen.count("7654321") == 1 and "frames 16" in page.seen
    assert "a: fvd: n" in page.seen and "notes [" not in page.seen


def test_a_step_of_no_size_does_no_harm(report):
    huge = json.dumps({"step": 10**400, "loss": 1, "psnr": 1, "lr": 1})
    _, page = report(lambda folder: (folder / "metrics.jsonl").write_text(huge))
    assert "training-title" not in page.source


def evaluated(report, content):
    """The page of a tiny run with this evaluation.json."""
    raw = content if isinstance(content, str) else json.dumps(content)
    return report(lambda folder: (folder / "evaluation.json").write_text(raw))[1]


def test_tables_of_an_evaluation(report):
    scores = {"psnr": {"mean": 31.25, "low": 30.5, "high": 32.0, "values": [31.25]}, "fvd": 412.5, "lost": None}
    task = {
        "psnr/hidden": {"mean": 20.0},
        "baseline/psnr/hidden": {"mean": 22.5},
        "nearest/psnr/hidden": {"mean": 12.0},
        "psnr": {"mean": 25.0},
    }
    parts = [
        {"name": "reconstruction", "clips": 4, "source": "training clips", "scores": scores, "notes": ["a note"]},
        {"name": "held-out", "scores": {}, "notes": ["a note"]},
        {"name": "task/predict/held-out", "scores": task, "about": {"task": {"baseline": "last frame repeated"}}},
    ]
    checkpoints = [{"step": 10 * n, "parts": [parts[0] | {"scores": {"psnr": {"mean": 10.0 * n}}}]} for n in (1, 2)]
    page = evaluated(report, {"run": "another", "parts": parts, "checkpoints": checkpoints, "settings": {"k": 7}})
    for said in (
        "31.25",
        "[30.50, 32.00]",
        "412.50",
        "reconstruction, held-out: a note",
        "reconstruction (4)",
        "Measured on other weights",
    ):
        assert said in page.seen, said
    assert "does not beat last frame repeated: −2.50 dB" in page.seen and "best training latent" in page.seen
    assert "10 at step 10, 20 at step 20" in page.seen
    assert "lost" not in page.seen


@pytest.mark.parametrize("content", ["[" * 100_000, "nonsense", "[]"])
def test_an_evaluation_that_is_none_is_named_and_left_out(report, content):
    assert "Not shown: " in evaluated(report, content).seen


def test_an_evaluation_of_odd_content_does_no_harm(report):
    odd = {"parts": [None, 3, {}, {"name": 4, "scores": [1], "about": 2, "notes": "x", "clips": -1}], "settings": []}
    odd["checkpoints"] = [{"step": "x"}, {"step": 1e400, "parts": [{"name": "a", "scores": {"m": {"mean": True}}}]}]
    assert "Evaluation" in evaluated(report, odd).seen


def test_html_that_is_made_is_escaped_once():
    assert tag("b", "<i>", title='"') == '<b title="&quot;">&lt;i&gt;</b>'
    assert tag("p", tag("b", "&"), None, 3) == "<p><b>&amp;</b>3</p>"
    assert tag("input", checked=True, disabled=False, id=None) == "<input checked>"
    assert text("a\ud800b\x00") == "a\ufffdb\ufffd"
