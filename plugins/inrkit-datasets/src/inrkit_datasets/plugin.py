"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_datasets() -> list[declare.Dataset]:
    """Four that others published, and one that is drawn from digits."""
    return [
        declare.Dataset(
            name="how2sign-faces",
            target="inrkit_datasets.published:How2SignFaces",
            options="inrkit_datasets.options:CopyOptions",
            summary="Faces of signers: 10,000 clips of How2Sign, as INR-V trained on; from your copy",
        ),
        declare.Dataset(
            name="rainbowjelly",
            target="inrkit_datasets.published:RainbowJelly",
            options="inrkit_datasets.options:CopyOptions",
            summary="Coloured jelly on black: 34,526 folders of frames, as INR-V trained on; from your copy",
        ),
        declare.Dataset(
            name="skytimelapse",
            target="inrkit_datasets.published:SkyTimelapse",
            options="inrkit_datasets.options:CopyOptions",
            summary="Time-lapse skies of MDGAN, as INR-V cut them; from your copy",
        ),
        declare.Dataset(
            name="ucf101",
            target="inrkit_datasets.published:UCF101",
            options="inrkit_datasets.options:Ucf101Options",
            summary="Human actions; the crop is ours, for INR-V's is not known; from your copy",
        ),
        declare.Dataset(
            name="moving-mnist",
            target="inrkit_datasets.moving_mnist:MovingMnist",
            options="inrkit_datasets.options:MovingMnistOptions",
            summary="Bouncing digits: of MNIST from your file, or of scikit-learn",
        ),
    ]
