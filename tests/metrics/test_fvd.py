"""FVD with tiny stand-ins for its detector: the call, the frames, the names, and what is refused."""

import hashlib
import io
import json
import warnings
import zipfile

import pytest
import torch
from torch import Tensor, nn

from inrkit import BadInput, FeatureStatistics, InrkitError, frechet_distance
from inrkit.discovery import load_registry
from inrkit.metrics import torchscript
from inrkit.metrics.frechet_options import FvdOptions
from inrkit.metrics.fvd import FVD
from inrkit.metrics.fvd_protocol import Protocol
from inrkit.testing import check_metric

KEY = "the content of the real videos"


class Standin(nn.Module):
    """Called as StyleGAN-V calls I3D; it tells calls, channels and frames apart."""

    def forward(self, x: Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False) -> Tensor:
        if not (rescale and resize and return_features):
            raise RuntimeError("called in another way")
        if x.shape[1] != 3 or x.shape[2] < 2:
            raise RuntimeError("too few frames")
        x = x / 255 * 2 - 1
        return torch.cat([x[:, :, 0].mean(dim=[2, 3]), x[:, :, -1].mean(dim=[2, 3])], dim=1)


class OtherCall(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=[2, 3, 4])


class Flat(nn.Module):
    def forward(self, x: Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False) -> Tensor:
        return x.mean(dim=[1, 2])


class Hungry(nn.Module):
    def forward(self, x: Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False) -> Tensor:
        if x.shape[0] > 0:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return x


def script(module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.script is on its way out; files made with it are not
        content = io.BytesIO()
        torch.jit.save(torch.jit.script(module), content)
    return content.getvalue()


@pytest.fixture(scope="module")
def scripts():
    """Each stand-in once: compiling takes longest."""
    return {module: script(module()) for module in (Standin, OtherCall, Flat, Hungry)}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def fvd(tmp_path, scripts):
    def make(module=Standin, **options):
        path = tmp_path / "detector.pt"
        path.write_bytes(scripts[module])
        return FVD(FvdOptions(**({"detector": path, "allow_torchscript": True, "protocol": "fvd6_4f"} | options)))

    return make


def videos(seed, count=6, frames=4, size=(5, 7)):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, frames, *size, 3), dtype=torch.uint8, generator=generator)


def judged(metric, real, rendered):
    for few in real.split(4):
        metric.update(None, few)
    metric.update(rendered, None)
    return metric.compute()


def by_hand(real, rendered):
    """The distance of what the stand-in says of the first frames and the last."""
    scaled = ((each.double() / 255 * 2 - 1).mean((2, 3)) for each in (real, rendered))
    one, other = (FeatureStatistics.of(torch.cat([each[:, 0], each[:, -1]], 1)) for each in scaled)
    return frechet_distance(one.mean, one.covariance, other.mean, other.covariance)


def test_it_is_the_distance_of_the_detectors_features(fvd):
    real, rendered = videos(0), videos(1)
    values = judged(fvd(batch=4), real, rendered)
    assert list(values) == ["fvd6_4f"]
    assert values["fvd6_4f"].shape == ()
    assert values["fvd6_4f"].item() == pytest.approx(by_hand(real, rendered), rel=1e-4)


def test_it_keeps_the_contract_of_metrics(fvd, tmp_path):
    fvd()
    check_metric("fvd", {"detector": tmp_path / "detector.pt", "allow_torchscript": True, "protocol": "fvd3_4f"})


def test_rendered_videos_are_seen_from_their_first_frame_on(fvd):
    real, longer = videos(0), videos(1, frames=9)
    assert judged(fvd(), real, longer)["fvd6_4f"].item() == pytest.approx(by_hand(real, longer[:, :4]), rel=1e-4)


def clocks(count, frames):
    """Videos whose every frame shows its number."""
    return torch.arange(frames, dtype=torch.uint8)[:, None, None, None].expand(count, frames, 5, 7, 3)


def test_real_videos_are_seen_from_a_random_frame_on_the_same_each_time(fvd):
    def firsts(batches, **options):
        metric, seen = fvd(protocol="fvd200_4f", **options), []
        metric.features = lambda few: seen.append(few[:, :, 0, 0, 0]) or few[:, :1, 0, 0, 0].float()
        for few in clocks(200, 9).split(batches):
            metric.update(None, few)
        return torch.cat(seen)

    seen = firsts(200)
    assert set(seen[:, 0].tolist()) == {0, 1, 2, 3, 4, 5}
    assert (seen - seen[:, :1]).unique(dim=0).tolist() == [[0, 1, 2, 3]]
    assert torch.equal(firsts(7, batch=3), seen)
    assert not torch.equal(firsts(200, seed=1), seen)


def test_each_second_frame_where_the_protocol_says_so(fvd):
    metric = fvd(protocol="fvd200_8f_subsample2f")
    cut = metric.cut(clocks(200, 9), True)[:, :, 0, 0, 0]
    assert set(cut[:, 0].tolist()) == {0, 1, 2}  # the last frame that is seen is the fourth
    assert (cut - cut[:, :1]).unique(dim=0).tolist() == [[0, 2, 4, 6]]
    assert metric.cut(clocks(1, 9), False)[0, :, 0, 0, 0].tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("fvd2048_16f", Protocol(2048, 16)),
        ("fvd2048_128f", Protocol(2048, 128)),
        ("fvd2048_128f_subsample8f", Protocol(2048, 16, 8)),
    ],
)
def test_the_names_of_stylegan_v(name, meaning):
    assert Protocol.named(name) == meaning
    assert meaning.name(2048, 2048) == name


@pytest.mark.parametrize("name", ["fid50k", "fvd2048_16", "fvd0_16f", "fvd2048_16f_subsample3f", "fvd2048_16f "])
def test_other_names_are_no_protocols(name):
    with pytest.raises(BadInput, match="no protocol"):
        Protocol.named(name)


@pytest.mark.parametrize(
    ("real", "rendered", "name"), [(6, 6, "fvd6_4f"), (9, 8, "fvd6_4f"), (3, 3, "fvd3_4f"), (5, 6, "fvd6_4f_real5")]
)
def test_it_is_called_what_it_is(fvd, real, rendered, name):
    metric = fvd()
    assert list(judged(metric, videos(0, real), videos(1, rendered))) == [name]
    about = metric.about()
    assert about["protocol"] == name
    assert any("not fvd6_4f" in note for note in about["notes"]) == (name != "fvd6_4f")


def test_only_as_many_clips_as_the_protocol_says_count(fvd):
    real, rendered = videos(0, 9), videos(1, 8)
    assert judged(fvd(), real, rendered) == judged(fvd(), real[:6], rendered[:6])


def test_beside_the_number_stands_all_that_it_depends_on(fvd, scripts):
    metric = fvd(protocol="fvd6_8f_subsample2f")
    judged(metric, videos(0, frames=8), videos(1, frames=8))
    about = metric.about()
    assert json.loads(json.dumps(about)) == about
    expected = {
        "protocol": "fvd6_8f_subsample2f",
        "detector": "detector.pt",
        "detector_sha256": hashlib.sha256(scripts[Standin]).hexdigest(),
        "verified": "unverified detector",
        "real_clips": 6,
        "rendered_clips": 6,
        "frames": 4,
        "frame_step": 2,
        "resolution": "5x7",
    }
    assert {name: about[name] for name in expected} == expected
    first = f"unverified detector: detector.pt, sha256 {expected['detector_sha256']}"
    assert about["notes"][0] == first  # of all this, notes are what is printed


def test_the_table_of_known_detectors_is_empty_and_one_in_it_needs_no_permission(fvd, scripts, monkeypatch):
    assert torchscript.KNOWN == {}
    monkeypatch.setitem(torchscript.KNOWN, hashlib.sha256(scripts[Standin]).hexdigest(), "the stand-in")
    metric = fvd(allow_torchscript=False)
    judged(metric, videos(0), videos(1))
    assert metric.about()["verified"] == "the stand-in"


def test_code_that_is_not_known_runs_only_if_somebody_says_so(fvd, scripts, monkeypatch):
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(BadInput, match=hashlib.sha256(scripts[Standin]).hexdigest()) as caught:
        fvd(allow_torchscript=False)
    assert "--allow-torchscript" in caught.value.hint


def test_a_detector_is_loaded_once_and_its_leave_is_not_kept_with_it(fvd, tmp_path):
    first = fvd()
    options = {"detector": tmp_path / "detector.pt", "protocol": "fvd6_4f"}
    assert FVD(FvdOptions(allow_torchscript=True, **options)).detector is first.detector
    with pytest.raises(BadInput, match="is code that inrkit does not know"):
        FVD(FvdOptions(**options))
    assert fvd(OtherCall).detector.sha256 != first.detector.sha256


def test_what_was_hashed_is_what_runs(fvd, scripts, tmp_path, monkeypatch):
    """The file is read once: whoever changes it meanwhile changes nothing."""
    judge = torchscript._is_torchscript

    def swap(content):
        (tmp_path / "detector.pt").write_bytes(scripts[Flat])
        return judge(content)

    monkeypatch.setattr(torchscript, "_is_torchscript", swap)
    metric = fvd()
    assert metric.detector.sha256 == hashlib.sha256(scripts[Standin]).hexdigest()
    judged(metric, videos(0), videos(1))


def test_statistics_are_recalled_with_the_same_detector_only(fvd):
    metric = fvd()
    assert not metric.recall(KEY)
    first = judged(metric, videos(0), videos(1))
    again = fvd()
    assert again.recall(KEY)
    again.update(videos(1), None)
    assert again.compute() == first
    assert not fvd(OtherCall).recall(KEY)
    assert not fvd(protocol="fvd6_3f").recall(KEY)
    assert not fvd(seed=1).recall(KEY)


def state_dictionary():
    content = io.BytesIO()
    torch.save({"weight": torch.zeros(3)}, content)
    return content.getvalue()


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("detector/code/__torch__.py", "nothing that runs")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no TorchScript file"),
        (b"PK\x03\x04 and no more", "no TorchScript file"),
        (state_dictionary(), "no TorchScript file"),
        (archive(), "cannot be loaded"),
    ],
    ids=["empty", "rubbish", "state dictionary", "code alone"],
)
def test_files_that_are_no_detector(content, says, tmp_path):
    path = tmp_path / "some.pt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=rf"some\.pt .*{says}"):
        FVD(FvdOptions(detector=path, allow_torchscript=True))


def test_a_detector_cut_short(scripts, tmp_path):
    path = tmp_path / "some.pt"
    path.write_bytes(scripts[Standin][:-30])
    with pytest.raises(BadInput, match=r"some\.pt"):
        FVD(FvdOptions(detector=path, allow_torchscript=True))


def test_no_detector_and_none_at_that_path(tmp_path):
    with pytest.raises(BadInput, match="needs its detector") as caught:
        FVD()
    assert "i3d_torchscript.pt" in caught.value.hint
    with pytest.raises(BadInput, match=r"none\.pt cannot be read: No such file"):
        FVD(FvdOptions(detector=tmp_path / "none.pt"))
    for path in (tmp_path, "/dev/zero"):
        with pytest.raises(BadInput, match="is no file but"):
            FVD(FvdOptions(detector=path))


def test_a_file_too_large_to_be_one(fvd, monkeypatch):
    monkeypatch.setattr("inrkit.metrics.weight_files.LARGEST", 100)
    with pytest.raises(BadInput, match="more than"):
        fvd()


@pytest.mark.parametrize(
    ("module", "kind", "says"),
    [
        (OtherCall, BadInput, "as StyleGAN-V calls its detector: .*5 argument"),
        (Flat, BadInput, r"must be \(4, D\), not \(4, 5, 7\)"),
        (Hungry, InrkitError, "too little memory on cpu"),
    ],
)
def test_detectors_that_do_not_do(fvd, module, kind, says):
    with pytest.raises(InrkitError, match=says) as caught:
        fvd(module).update(None, videos(0, 4))
    assert type(caught.value) is kind


def test_clips_too_short_for_the_protocol_or_for_the_detector(fvd):
    with pytest.raises(BadInput, match="fvd6_4f needs clips of 4 frames, these have 3"):
        fvd().update(None, videos(0, frames=3))
    with pytest.raises(BadInput, match=r"fails on clips of 6x3x1x5x7.*too few frames"):
        fvd(protocol="fvd6_1f").update(None, videos(0, frames=1))


def test_it_is_registered_under_its_name(fvd, tmp_path):
    fvd()
    registry = load_registry()
    options = registry.options("metric", "fvd")
    assert registry.get("metric", "fvd") is FVD
    assert options is FvdOptions
