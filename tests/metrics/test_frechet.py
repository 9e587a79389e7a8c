"""Fréchet distances: closed forms, scipy's square root, sums in parts, and the metric that others derive from."""

import inspect
import json
import math
import os
import textwrap

import pytest
import torch

from inrkit import BadInput, FeatureStatistics, FrechetMetric, frechet_distance
from inrkit.testing import check_metric

KEY = "the content of the real videos"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def normal(seed, shape=(50, 6), mixed=True):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(shape, generator=generator, dtype=torch.float64)
    return values @ torch.randn(shape[1], shape[1], generator=generator, dtype=torch.float64) if mixed else values


def distance(one, other):
    one, other = FeatureStatistics.of(one), FeatureStatistics.of(other)
    return frechet_distance(one.mean, one.covariance, other.mean, other.covariance)


def by_scipy(one, other):
    """The same as written in StyleGAN-V, with the square root of a product that is not symmetric."""
    linalg = pytest.importorskip("scipy.linalg")
    one, other = FeatureStatistics.of(one), FeatureStatistics.of(other)
    shared = linalg.sqrtm((one.covariance @ other.covariance).numpy())
    means = (one.mean - other.mean).square().sum().item()
    return means + (one.covariance + other.covariance).trace().item() - 2 * shared.trace().real


@pytest.mark.parametrize("shape", [(50, 6), (4, 6), (2, 300)])
def test_equal_sets_are_nothing_apart(shape):
    for seed in range(5):
        features = 1000 * normal(seed, shape)
        found = distance(features, features)
        assert 0 <= found < 1e-12 * features.square().sum()


@pytest.mark.parametrize("shape", [(50, 6), (4, 6), (2, 300)])
def test_a_shift_counts_by_its_square(shape):
    features = normal(1, shape)
    shift = torch.arange(shape[1], dtype=torch.float64) / shape[1]
    assert distance(features, features + shift) == pytest.approx(shift.square().sum().item(), rel=1e-9)


def test_diagonal_covariances_differ_by_their_deviations():
    first, second = torch.tensor([0.0, 1.0, 4.0]), torch.tensor([9.0, 1.0, 1.0])
    found = frechet_distance(torch.zeros(3), first.diag(), torch.ones(3), second.diag())
    assert found == pytest.approx(3 + 9 + 0 + 1, rel=1e-12)


def test_scaled_by_two_each_deviation_differs_by_one():
    """Of a set and its double, the distance is the set's own second moment, rotated or not, whatever its rank."""
    for shape in ((60, 5), (3, 40)):
        features = normal(2, shape)
        assert distance(features, 2 * features) == pytest.approx(features.square().sum(1).mean().item(), rel=1e-9)


@pytest.mark.parametrize(("seed", "count"), [(3, 200), (4, 30)])
def test_as_scipy_finds_it(seed, count):
    one, other = normal(seed, (count, 12)), normal(seed + 10, (count + 5, 12)) + 0.3
    assert distance(one, other) == pytest.approx(by_scipy(one, other), rel=1e-9)
    assert distance(one, other) == pytest.approx(distance(other, one), rel=1e-12)


def test_of_few_samples_it_is_exact_by_a_rank_of_one():
    """Two sets along one line each: tr((C1 C2)^½) is |a·b| by hand."""
    a, b = torch.randn(2, 100, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    expected = a.square().sum() + b.square().sum() - 2 * (a @ b).abs()
    found = distance(torch.stack([a, -a]), torch.stack([b, -b]))
    assert found == pytest.approx(expected.item(), rel=1e-10)
    b = b - a * (a @ b) / (a @ a)
    found = distance(torch.stack([a, -a]), torch.stack([b, -b]))
    assert found == pytest.approx((a.square().sum() + b.square().sum()).item(), rel=1e-12)


@pytest.mark.parametrize("shapes", [((3,), (3, 3), (3,), (3, 2)), ((3,), (3, 3), (2,), (3, 3)), ((0,), (0, 0)) * 2])
def test_shapes_that_do_not_agree(shapes):
    with pytest.raises(ValueError, match="two means"):
        frechet_distance(*(torch.zeros(shape) for shape in shapes))


def test_what_is_not_finite_has_no_distance():
    with pytest.raises(ValueError, match="finite"):
        frechet_distance(torch.tensor([math.nan]), torch.eye(1), torch.zeros(1), torch.eye(1))


def test_statistics_in_parts_are_those_of_all():
    features = (1e6 + normal(6, (37, 5))).float()
    whole, parts, late = FeatureStatistics.of(features), FeatureStatistics(), FeatureStatistics()
    for part in features[:20].split(7):
        parts.add(part)
    late.add(features[20:])
    late.add(features[:0])
    parts.merge(late)
    parts.merge(FeatureStatistics())
    assert parts.count == whole.count == 37
    torch.testing.assert_close(parts.mean, features.double().mean(0), rtol=1e-14, atol=0)
    torch.testing.assert_close(parts.covariance, features.double().T.cov(correction=0), rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(parts.covariance, whole.covariance, rtol=1e-8, atol=1e-8)
    assert late.count == 17


def test_statistics_of_other_features_do_not_join():
    with pytest.raises(ValueError, match="of 5 numbers and of 4"):
        FeatureStatistics.of(normal(0, (3, 5))).add(normal(0, (3, 4)))


class Colour(FrechetMetric):
    """Mean colours: a metric as a plugin would write it."""

    batch = 3
    which = "one"

    def __init__(self, config=None):
        super().__init__(config)
        self.seen = []

    def features(self, videos):
        self.seen.append(len(videos))
        return videos.float().mean((1, 2, 3))

    def depends(self):
        return {"which": self.which}

    def name(self):
        return "frechet-colour"


def videos(seed, count=7, size=(6, 8)):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 2, *size, 3), dtype=torch.uint8, generator=generator)


def judged(real, rendered, metric=None, key=None):
    metric = metric or Colour()
    if key is None or not metric.recall(key):
        for few in real.split(4):
            metric.update(None, few)
    metric.update(rendered, None)
    return metric.compute()["frechet-colour"].item(), metric


def test_a_metric_is_the_distance_of_its_features_seen_in_batches():
    real, rendered = videos(0), videos(1, 5)
    value, metric = judged(real, rendered)
    assert value == pytest.approx(distance(*(each.float().mean((1, 2, 3)) for each in (real, rendered))), rel=1e-9)
    assert metric.seen == [3, 1, 3, 3, 2]
    assert judged(real, real)[0] == pytest.approx(0, abs=1e-6)


def test_the_example_of_its_documentation_is_a_metric():
    names = {"FrechetMetric": FrechetMetric}
    exec(textwrap.dedent(inspect.getdoc(FrechetMetric).partition("Example::")[2]), names)
    assert check_metric(names["ColourDistance"]) is None


def test_it_says_what_was_compared():
    about = judged(videos(0), videos(1, 5))[1].about()
    assert json.loads(json.dumps(about)) == about
    assert (about["real_clips"], about["rendered_clips"]) == (7, 5)
    assert (about["resolution"], about["which"], about["notes"]) == ("6x8", "one", [])
    few = judged(videos(0), videos(1, 3))[1].about()["notes"]
    assert len(few) == 1
    assert "3 clips for features of 3 numbers" in few[0]


def test_real_videos_are_looked_at_once():
    first, _ = judged(videos(0), videos(1), key=KEY)
    again, metric = judged(videos(0), videos(1), key=KEY)
    assert again == first
    assert metric.seen == [3, 3, 1]
    assert metric.about()["real_statistics"] == "from the cache"
    assert (metric.about()["real_clips"], metric.about()["resolution"]) == (7, "6x8")


def test_recalled_videos_that_come_nevertheless_do_not_count_twice():
    first, _ = judged(videos(0), videos(1), key=KEY)
    metric = Colour()
    assert metric.recall(KEY)
    metric.update(None, videos(0))
    assert judged(videos(0)[:0], videos(1), metric)[0] == first


def test_other_videos_or_other_features_are_not_recalled():
    judged(videos(0), videos(1), key=KEY)
    assert Colour().recall(KEY)
    assert not Colour().recall("other videos")
    other = Colour()
    other.which = "another"
    assert not other.recall(KEY)
    fewer = Colour()
    fewer.most = 5
    assert not fewer.recall(KEY)


@pytest.mark.parametrize("damage", ["cut", "other", "empty"])
def test_a_damaged_cache_is_made_again(damage, cache):
    first, _ = judged(videos(0), videos(1), key=KEY)
    (file,) = cache.rglob("*.safetensors")
    if damage == "other":
        from safetensors.torch import save_file

        save_file({"mean": torch.zeros(3)}, file)
    else:
        file.write_bytes(file.read_bytes()[:-9] if damage == "cut" else b"")
    assert not Colour().recall(KEY)
    assert judged(videos(0), videos(1), key=KEY)[0] == first
    assert Colour().recall(KEY)


def test_a_cache_that_cannot_be_written_costs_a_note(cache):
    cache.write_text("no folder")
    value, metric = judged(videos(0), videos(1), key=KEY)
    assert value == judged(videos(0), videos(1))[0]
    assert "could not be kept" in " ".join(metric.about()["notes"])


def test_nothing_is_kept_of_real_videos_that_ended_early(cache):
    metric = Colour()
    metric.recall(KEY)
    metric.update(None, videos(0))
    assert not list(cache.rglob("*"))


def test_only_the_first_count_where_there_are_more():
    metric = Colour()
    metric.most = 5
    value, _ = judged(videos(0), videos(1), metric)
    assert value == pytest.approx(judged(videos(0)[:5], videos(1)[:5])[0], rel=1e-9)
    assert (metric.real.count, metric.rendered.count) == (5, 5)


@pytest.mark.parametrize("counts", [(1, 7), (7, 1), (7, 0), (0, 7)])
def test_one_clip_is_too_few(counts):
    with pytest.raises(BadInput, match=f"{counts[0]} real and {counts[1]} rendered"):
        judged(videos(0, counts[0]), videos(1, counts[1]))


def test_videos_of_several_sizes_are_refused():
    with pytest.raises(BadInput, match="6x8 and 6x9"):
        judged(videos(0), videos(1, size=(6, 9)))
    judged(videos(0), videos(1), key=KEY)
    with pytest.raises(BadInput, match="6x8 and 6x9"):
        judged(videos(0), videos(1, size=(6, 9)), key=KEY)


def test_calls_that_the_door_does_not_have():
    metric = Colour()
    with pytest.raises(BadInput, match="no mask"):
        metric.update(videos(0), None, torch.ones(2, 6, 8, dtype=torch.bool))
    for pair in ((None, None), (videos(0), videos(0))):
        with pytest.raises(ValueError, match="calls of their own"):
            metric.update(*pair)
    metric.update(videos(0), None)
    with pytest.raises(ValueError, match="all real videos first"):
        metric.update(None, videos(0))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda videos: videos.float().mean((1, 2)), r"must be \(3, D\), not \(3, 8, 3\)"),
        (lambda videos: videos[:1].float().mean((1, 2, 3)), r"must be \(3, D\), not \(1, 3\)"),
        (lambda videos: "features", r"must be \(3, D\), not str"),
        (lambda videos: videos[:, 0, 0, 0], "no finite numbers"),
        (lambda videos: videos[:, 0, 0, 0] / torch.zeros(3), "no finite numbers"),
        (lambda videos: torch.ones(len(videos), len(videos)), r"must be \(1, 3\), not \(1, 1\)"),
    ],
)
def test_features_that_are_none(made, says):
    metric = Colour()
    metric.features = made
    with pytest.raises(BadInput, match=says):
        metric.update(None, videos(0))


def test_nothing_is_differentiated():
    weight, differentiated = torch.ones(3, requires_grad=True), []
    metric = Colour()

    def features(videos):
        differentiated.append((videos.float().mean((1, 2, 3)) * weight).requires_grad)
        return videos.float().mean((1, 2, 3))

    metric.features = features
    metric.update(None, videos(0))
    assert not any(differentiated)


def test_the_cache_holds_no_pickle_and_no_leftovers(cache):
    judged(videos(0), videos(1), key=KEY)
    names = [name for _, _, files in os.walk(cache) for name in files]
    assert [name.rsplit(".", 1)[1] for name in names] == ["safetensors"]
