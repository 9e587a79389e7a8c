"""The search for latents: where it begins, what it keeps, what it weighs, what it never reads."""

import pytest
import torch
from painting import CLIPS, SHAPE, TRUE, Flat, Mean, corner, hidden, model_of, painted, rows
from pydantic import ValidationError

from inrkit import BadInput, ClipBatch, Method, Observation, per_clip
from inrkit.engine.fit import find, render_found
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen, squared_error
from inrkit.engine.priors import Around, unlike_neighbours
from inrkit.engine.starts import nearest


def of(**options):
    return FitOptions(**({"steps": 0} | options))


# Finding


@pytest.mark.parametrize("start", ["best", "encoder", "mean", "nearest", "random"])
def test_what_the_model_can_show_is_found_from_anywhere(start):
    found = find(model_of(), ClipBatch(CLIPS), of(start=start, steps=150, lr=0.05))
    torch.testing.assert_close(found.latents["colour"], TRUE, atol=5e-3, rtol=0)
    torch.testing.assert_close(render_found(model_of(), found, SHAPE), CLIPS, atol=1e-2, rtol=0)
    assert (found.error < 1e-4).all()
    assert found.weights is None


def test_the_steps_matter():
    """Taking no steps, or fewer, explains less."""
    errors = [find(model_of(), ClipBatch(CLIPS), of(steps=n, lr=0.02, patience=0)).error for n in (0, 5, 40)]
    assert (errors[1] < 0.95 * errors[0]).all()
    assert (errors[2] < 0.5 * errors[1]).all()


def test_the_error_is_that_of_what_is_shown():
    mask = corner()
    found = find(model_of(), hidden(CLIPS, mask), of(steps=4, lr=0.05))
    shown = render_found(model_of(), found, SHAPE)
    expected = (shown - CLIPS).square()[:, mask].flatten(1).mean(1)
    torch.testing.assert_close(found.error, expected)


@pytest.mark.parametrize("points", [0.3, 1])
def test_hidden_pixels_are_never_read(points, monkeypatch):
    monkeypatch.setattr("inrkit.engine.objective.LEAST", 5)
    options = of(steps=60, lr=0.05, points=points, restarts=2, prior=1e-6, refine=3)
    one = find(model_of(), hidden(CLIPS, corner()), options)
    assert one.error.isfinite().all()
    torch.testing.assert_close(render_found(model_of(), one, SHAPE), CLIPS, atol=5e-2, rtol=0)
    other = ClipBatch(torch.where(corner()[..., None], CLIPS, 0.7), observation=Observation(corner()))
    assert torch.equal(find(model_of(), other, options).latents["colour"], one.latents["colour"])


@pytest.mark.parametrize("options", [{}, {"start": "random"}, {"start": "mean", "restarts": 3}, {"refine": 3}])
def test_the_same_seed_finds_the_same(options, monkeypatch):
    monkeypatch.setattr("inrkit.engine.objective.LEAST", 5)

    def once(seed):
        found = find(model_of(), ClipBatch(CLIPS, seed=1), of(steps=6, points=0.2, **options), seed=seed)
        return found.latents["colour"], found.error

    before = torch.random.get_rng_state()
    one, other, another = once(3), once(3), once(4)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])
    if options.get("start") == "random":
        assert not torch.equal(one[0], another[0])


def test_of_a_small_clip_a_step_compares_all_there_is(monkeypatch):
    few, all_ = (find(model_of(), ClipBatch(CLIPS), of(steps=6, points=points)) for points in (0.02, 1))
    assert torch.equal(few.latents["colour"], all_.latents["colour"])
    monkeypatch.setattr("inrkit.engine.objective.LEAST", 5)
    drawn = find(model_of(), ClipBatch(CLIPS), of(steps=6, points=0.02))
    assert not torch.equal(drawn.latents["colour"], all_.latents["colour"])


def test_a_batch_is_its_rows():
    options = of(steps=8, patience=0, restarts=2)
    whole = find(model_of(), ClipBatch(CLIPS), options)
    alone = find(model_of(), ClipBatch(CLIPS[:1]), options)
    torch.testing.assert_close(alone.latents["colour"][0], whole.latents["colour"][0])
    assert alone.start[0] == whole.start[0]


def test_memory_is_bounded_and_changes_nothing(monkeypatch):
    """However many the pixels and the known latents, few are computed at once; what comes out is the same."""
    model, largest = model_of(), [0]
    evaluate = model.inr.evaluate

    def watched(coords, weights):
        videos = len(weights["colour"])
        largest[0] = max(largest[0], videos * coords.shape[1])
        return evaluate(coords, weights)

    model.inr.evaluate = watched
    options = of(steps=5, patience=0, points=1, restarts=2, refine=3)
    free = find(model, ClipBatch(CLIPS), options)
    assert largest[0] >= 2 * 108
    largest[0] = 0
    monkeypatch.setattr("inrkit.model.PIECE", 40)
    held = find(model, ClipBatch(CLIPS), options)
    assert largest[0] <= 108  # the coarse score of one known latent
    torch.testing.assert_close(held.latents["colour"], free.latents["colour"])
    torch.testing.assert_close(held.weights["colour"], free.weights["colour"])


def test_the_model_is_left_as_it_was():
    model = model_of().train()
    find(model, ClipBatch(CLIPS), of(steps=3, refine=2))
    assert model.training
    assert torch.equal(model.latents["colour"], rows())
    assert not model.latents["colour"].requires_grad


# Starts


def test_the_mean_and_the_nearest_of_the_training_latents():
    mean = find(model_of(), ClipBatch(CLIPS), of(start="mean"))
    torch.testing.assert_close(mean.latents["colour"], rows().mean(0).expand(2, 2, 3))
    assert mean.start == ["mean", "mean"]
    near = find(model_of(), ClipBatch(painted(*rows()[[4, 1]])), of(start="nearest"))
    assert torch.equal(near.latents["colour"], rows()[[4, 1]])
    assert near.start == ["nearest", "nearest"]


def test_the_nearest_is_so_on_all_that_was_seen_not_only_where_the_first_look_fell(monkeypatch):
    """At every single point one of the flat colours fits exactly; on the whole, the slope that is only nearly right."""
    monkeypatch.setattr("inrkit.engine.starts.COARSE", 1)
    flat = [[[0.4 * x] * 3, [0.0] * 3] for x in torch.linspace(-1, 1, 6).tolist()]
    known = torch.tensor([*flat, [[0.0] * 3, [0.38] * 3]])
    clips = painted(torch.tensor([[0.0] * 3, [0.4] * 3]))
    for seed in range(3):
        found = find(model_of(known=known), ClipBatch(clips, seed=seed), of(start="nearest"))
        assert torch.equal(found.latents["colour"][0], known[6])


def test_the_nearest_may_be_one_of_many_that_a_first_look_likes_better(monkeypatch):
    """Now eight flat colours fit exactly at every single point."""
    monkeypatch.setattr("inrkit.engine.starts.COARSE", 1)
    flat = [[[0.4 * x] * 3, [0.0] * 3] for x in torch.linspace(-1, 1, 6).tolist() for _ in range(8)]
    known = torch.tensor([*flat, [[0.0] * 3, [0.38] * 3]])
    clips = painted(torch.tensor([[0.0] * 3, [0.4] * 3]))
    for seed in range(3):
        found = find(model_of(known=known), ClipBatch(clips, seed=seed), of(start="nearest"))
        assert torch.equal(found.latents["colour"][0], known[48])


def test_each_clip_has_its_own_nearest_where_each_was_seen_elsewhere():
    masks = torch.stack([corner(), corner().flip(0, 1)])
    truth = painted(*rows()[[5, 2]])
    clips = ClipBatch(torch.where(masks[..., None], truth, torch.nan), observation=Observation(masks))
    found = find(model_of(), clips, of(start="nearest"))
    assert torch.equal(found.latents["colour"], rows()[[5, 2]])


def test_the_nearest_come_best_first():
    seen = Seen(model_of(), ClipBatch(painted(rows()[3])), squared_error)
    found = torch.stack([latents["colour"][0] for latents in nearest(seen, 6)])
    errors = (painted(*found) - painted(rows()[3])).square().flatten(1).mean(1)
    assert (errors.diff() >= 0).all()
    assert torch.equal(found[0], rows()[3])
    assert len(nearest(seen, 50)) == 6


def test_best_is_the_best_of_them_for_each_clip():
    """One clip is a training clip, one is the flat colour that the encoder names."""
    flat = torch.tensor([[0.9, 0.9, -0.9], [0.0] * 3])
    known = rows()
    found = find(model_of(Mean(), known=known), ClipBatch(painted(known[2], flat)), of())
    assert found.start == ["nearest", "encoder"]
    torch.testing.assert_close(found.latents["colour"], torch.stack([known[2], flat]))


def test_without_known_latents_it_begins_at_the_encoders_answer():
    for kind in ("best", "mean", "nearest"):
        model = model_of(Mean())
        model.latents = {}
        assert find(model, ClipBatch(CLIPS), of(start=kind)).start == ["encoder", "encoder"]


def test_without_codes_it_begins_as_a_new_training_clip_would():
    model = model_of()
    model.latents = model.codes = {}
    found = find(model, ClipBatch(CLIPS), of(), seed=2).latents["colour"]
    assert 0 < found.abs().max() < 0.05
    assert not torch.equal(found[0], found[1])


def test_a_random_start_is_a_new_code_of_the_official_size():
    clips = ClipBatch(CLIPS[:1].expand(40, -1, -1, -1, -1))
    found = find(model_of(), clips, of(start="random", restarts=2)).latents["colour"]
    assert found.std().item() == pytest.approx(0.01, rel=0.3)


# Restarts


def bumpy(seen, target):
    """A loss with a ditch far from the truth, where a search from the mean ends."""
    return per_clip((seen - target).square()) + 0.2 * torch.sin(9 * seen.flatten(1).mean(1)) + 0.2


def test_more_restarts_keep_the_best():
    errors = [
        find(model_of(), ClipBatch(CLIPS), of(start="mean", restarts=k, steps=30, lr=0.02), loss=bumpy).error
        for k in (1, 8)
    ]
    assert (errors[1] <= errors[0]).all()
    assert (errors[1] < 0.9 * errors[0]).any()


def test_the_end_is_never_worse_than_the_best_start(monkeypatch):
    monkeypatch.setattr("inrkit.engine.objective.LEAST", 5)
    options = {"start": "best", "restarts": 3, "points": 0.1}
    begin = find(model_of(), ClipBatch(CLIPS), of(**options))
    wild = find(model_of(), ClipBatch(CLIPS), of(steps=5, lr=40.0, schedule="constant", **options))
    assert (wild.error <= begin.error).all()


def test_a_search_that_ends_nowhere_is_not_kept():
    def breaks(seen, target):
        return squared_error(seen, target) / (seen.flatten(1).abs().amax(1) < 2)

    found = find(model_of(), ClipBatch(CLIPS), of(start="mean", steps=4, lr=1e3), loss=breaks)
    assert found.error.isfinite().all()
    assert found.latents["colour"].isfinite().all()


# Stopping


def test_it_stops_where_there_is_no_progress():
    model = model_of(known=TRUE)
    stopped = find(model, ClipBatch(CLIPS), of(start="nearest", steps=400, patience=10, schedule="constant", lr=1e-9))
    assert stopped.steps < 30
    endless = find(model, ClipBatch(CLIPS), of(start="nearest", steps=60, patience=0, schedule="constant", lr=1e-9))
    assert endless.steps == 60


def test_it_does_not_stop_while_one_clip_still_moves():
    clips = ClipBatch(torch.cat([painted(rows()[0]), CLIPS[:1]]))
    found = find(model_of(), clips, of(start="nearest", steps=60, patience=10, lr=2e-3, schedule="constant"))
    assert found.steps == 60


# Priors


def test_a_prior_keeps_latents_where_training_latents_live():
    """The more it weighs the nearer they stay to the mean; it does not forbid them to move."""
    known = rows() + torch.tensor([0.0, 0.4, 0.0])

    def distance(prior):
        found = find(model_of(known=known), ClipBatch(CLIPS), of(start="mean", steps=80, lr=0.05, prior=prior))
        return (found.latents["colour"] - known.mean(0)).flatten(1).norm(dim=1)

    free, some, much = distance(0.0), distance(0.3), distance(30.0)
    assert (some < 0.7 * free).all()
    assert (some > 0.05 * free).all()
    assert (much < 0.3 * some).all()


def test_a_distance_costs_less_where_the_start_left_more_unexplained():
    begin, moved = ({"colour": torch.full((2, 2, 3), value)} for value in (0.0, 0.1))
    cost = Around(model_of(), begin, torch.tensor([0.1, 0.4])).cost(moved)
    torch.testing.assert_close(cost[0], 4 * cost[1])

    def moved_by(prior):  # the second clip, which begins far off, goes on as if there were no prior
        clips = ClipBatch(painted(rows().mean(0) + 0.02, TRUE[1]))
        found = find(model_of(), clips, of(start="mean", steps=40, lr=0.02, patience=0, prior=prior))
        return (found.latents["colour"] - rows().mean(0)).flatten(1).norm(dim=1)

    kept = moved_by(0.001) / moved_by(0)
    assert kept[0] < 0.7 < 0.95 < kept[1]


@pytest.mark.parametrize("share", [0.2, 1])
def test_a_prior_weighs_the_same_whatever_was_seen(share):
    """Constant clips: the mean over what was seen of them is the same for every mask and every unit."""
    clips = painted(*(TRUE * torch.tensor([[1.0], [0.0]])))
    mask = torch.rand(SHAPE, generator=torch.Generator().manual_seed(1)) <= share
    found = []
    for unit in ("point", "frame"):
        model = model_of(hypernetwork=Flat())
        model.inr.unit = unit
        found.append(find(model, hidden(clips, mask), of(start="mean", steps=80, lr=0.05, prior=0.05)))
    expected = find(model_of(hypernetwork=Flat()), ClipBatch(clips), of(start="mean", steps=80, lr=0.05, prior=0.05))
    for one in found:
        torch.testing.assert_close(one.latents["colour"][:, 0], expected.latents["colour"][:, 0], atol=2e-3, rtol=0)


def test_neighbours_are_drawn_together_and_others_are_not():
    clips = torch.cat([CLIPS, CLIPS])

    def apart(smooth, pairs):
        options = of(start="mean", steps=80, lr=0.05, smooth=smooth)
        z = find(model_of(), ClipBatch(clips), options, neighbours=torch.tensor(pairs).reshape(-1, 2)).latents["colour"]
        return (z[0] - z[1]).norm(), (z[2] - z[3]).norm()

    free, _ = apart(0.0, [[0, 1]])
    near, others = apart(0.2, [[0, 1]])
    assert 0.05 * free < near < 0.7 * free
    torch.testing.assert_close(others, free, atol=0.02, rtol=0)
    torch.testing.assert_close(apart(0.2, [])[0], free, atol=0.02, rtol=0)


def test_each_neighbour_bears_half_of_what_parts_them():
    """Training latents of spread 1: 2 apart in all numbers is a mean square of 4."""
    known = torch.tensor([-1.0, 1.0]).view(2, 1, 1).expand(2, 2, 3) / 2**0.5
    latents = {"colour": torch.tensor([0.0, 2.0, 5.0]).view(3, 1, 1).expand(3, 2, 3)}
    found = unlike_neighbours(model_of(known=known), latents, torch.tensor([[0, 1]]))
    torch.testing.assert_close(found, torch.tensor([2.0, 2.0, 0.0]))


# Refining


def test_refined_weights_show_what_no_latents_can():
    model = model_of(hypernetwork=Flat())
    options = {"start": "mean", "steps": 100, "lr": 0.05}
    plain = find(model, ClipBatch(CLIPS), of(**options))
    refined = find(model, ClipBatch(CLIPS), of(refine=80, refine_lr=0.02, **options))
    assert torch.equal(refined.latents["colour"], plain.latents["colour"])
    assert (refined.error < 0.05 * plain.error).all()
    torch.testing.assert_close(refined.weights["colour"], TRUE, atol=2e-2, rtol=0)
    torch.testing.assert_close(render_found(model, refined, SHAPE), CLIPS, atol=5e-2, rtol=0)
    assert render_found(model, refined, (5, 4, 4)).shape == (2, 5, 4, 4, 3)


def test_refining_keeps_what_it_would_make_worse(monkeypatch):
    monkeypatch.setattr("inrkit.engine.objective.LEAST", 5)
    options = {"start": "mean", "steps": 20, "points": 0.1}
    plain = find(model_of(), ClipBatch(CLIPS), of(**options))
    wild = find(model_of(), ClipBatch(CLIPS), of(refine=3, refine_lr=30.0, **options))
    assert torch.equal(wild.error, plain.error)
    assert torch.equal(render_found(model_of(), wild, SHAPE), render_found(model_of(), plain, SHAPE))


# The perceptual term


class Judge(Method):
    """Its loss of whole frames wants them dark, so that it is seen to pull."""

    unit = "frame"

    def loss(self, out, target):
        assert out.rgb.shape == target.shape == (2, 1, 6, 6, 3)
        assert not target.isnan().any()
        return {"dark": per_clip((out.rgb + 1).square())}


def test_the_loss_of_whole_frames_pulls_as_it_is_weighed():
    plain = find(model_of(), ClipBatch(CLIPS), of(steps=60, lr=0.05))
    dark = find(model_of(), ClipBatch(CLIPS), of(steps=60, lr=0.05, perceptual=100), method=Judge())
    assert (plain.latents["colour"][:, 0].mean() - dark.latents["colour"][:, 0].mean()) > 0.3
    torch.testing.assert_close(dark.latents["colour"][:, 0], torch.full((2, 3), -1.0), atol=0.2, rtol=0)


def test_it_sees_only_frames_that_were_seen_whole():
    mask = corner()
    mask[1] = True
    asked = []

    class Asks(Judge):
        def loss(self, out, target):
            asked.append(target)
            return super().loss(out, target)

    find(model_of(), hidden(CLIPS, mask), of(steps=8, perceptual=1), method=Asks())
    assert len(asked) == 9
    assert all(torch.equal(target[:, 0], CLIPS[:, 1]) for target in asked)


def test_a_clip_of_which_a_frame_was_not_seen_whole_is_left_out_of_it():
    masks = torch.stack([corner(), torch.ones(SHAPE, dtype=torch.bool)])
    clips = ClipBatch(torch.where(masks[..., None], CLIPS, torch.nan), observation=Observation(masks))
    found = find(model_of(), clips, of(steps=80, lr=0.05, perceptual=100), method=Judge()).latents["colour"]
    torch.testing.assert_close(found[0], TRUE[0], atol=0.05, rtol=0)
    assert found[1, 0].max() < -0.8


@pytest.mark.parametrize(
    ("method", "mask", "reason"),
    [(Method(), None, "it has none"), (Judge(), corner(), "there are none"), (None, None, "of no run")],
)
def test_where_there_is_no_such_term_it_says_so(method, mask, reason):
    clips = ClipBatch(CLIPS) if mask is None else hidden(CLIPS, mask)
    with pytest.raises(BadInput, match=reason):
        find(model_of(), clips, of(perceptual=1), method=method)


# Options


@pytest.mark.parametrize(
    "options",
    [{"restarts": 0}, {"points": 0}, {"points": 1.5}, {"lr": 0}, {"steps": -1}, {"start": "middle"}, {"k": 1}],
)
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        FitOptions(**options)


def test_every_option_is_described():
    assert all(field.description for field in FitOptions.model_fields.values())
