"""The training loop: many clips and a sample of coordinates in each step."""

from __future__ import annotations

import math
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.build import build_model
from inrkit.engine.checkpoint import load_codes, load_model, load_optimizer, optimizer_tensors, save_checkpoint
from inrkit.engine.codes import CodeTable, gradients_of
from inrkit.engine.data import spread
from inrkit.engine.evaluate_training import Evaluations
from inrkit.engine.features import compute_features
from inrkit.engine.latents import clip_batch, training_latents
from inrkit.engine.loading import gives_codes
from inrkit.engine.log import Log
from inrkit.engine.plan import Plan
from inrkit.engine.progressive import stage_at, whole
from inrkit.engine.rehearse import rehearse
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.schedule import batch_at, learning_rate
from inrkit.engine.signals import Stopped, StopSignals
from inrkit.engine.state import read_state
from inrkit.engine.team import Team
from inrkit.engine.watch import Watch, Window
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors, coarsest
from inrkit.interfaces.pixels import to_uint8
from inrkit.interfaces.seeds import seed_of
from inrkit.model import VideoModel
from inrkit.report.sheets import pair_sheet
from inrkit.video import write_png

SHEET_CLIPS = 4


class Trainer:
    """One training, from its start or its last checkpoint to its last step.

    What happens in a step depends on the seed and the step alone: coordinates on (seed, step), the order of clips on
    (seed, epoch), dropout on (seed, step). So a resumed run goes where an uninterrupted one would have gone.

    Of a team, each process takes its part of the clips of a step. All hold the same model and the same codes: gradients
    of the model are averaged, those of codes exchanged, and whatever is decided is decided alike.
    """

    def __init__(
        self, plan: Plan, run: Run, reporter: Reporter, numbers: int | None = None, team: Team | None = None
    ) -> None:
        self.plan, self.run, self.reporter, self.team = plan, run, reporter, team or Team()
        self.config, self.options = plan.config, plan.config.train
        self.device = self.team.device(self.config.device)
        self.model = build_model(self.config, numbers).to(self.device)
        rehearse(self.model, self.config)
        self.shared: torch.nn.Module = self.model
        self.model.encoder.check()  # before anything is written
        self.codes = CodeTable()
        self.codes.grow(len(plan.train), self.model.encoder, self.config.seed)
        self.codes.to(self.device)
        self.optimizer = make_optimizer(self.model, self.options.lr)
        self.stages = plan.config.stages or whole(len(plan.train), self.options.steps)
        self.stage = self.stages[0]
        self.evaluations = Evaluations(plan, reporter, self.team)
        self.features: Tensors = {}
        self.step = 0
        self.seconds = 0.0
        self.watch = Watch(len(plan.train))
        self.last_good: Path | None = None

    def resume(self, checkpoint: Path) -> None:
        """Take up where `checkpoint` left off."""
        state = read_state(checkpoint)
        load_model(self.model, checkpoint / "model.safetensors")
        codes = load_codes(checkpoint / "codes.safetensors").to(self.device)
        if len(codes) != len(self.codes) or shapes_of(codes) != shapes_of(self.codes):
            raise BadInput(f"{checkpoint} has other codes than this run: {len(codes)} of {shapes_of(codes)}")
        self.codes = codes
        load_optimizer(self.model, self.optimizer, checkpoint / "optimizer.safetensors")
        self.step, self.seconds = state["step"], _number(state.get("seconds"), 0.0)
        self.watch.best = _number(state.get("best_psnr"), -math.inf)
        self.last_good = checkpoint

    def train(self) -> None:
        """Train to the last step, saving as it goes.

        Raises:
            Stopped: By a signal, after saving.
            InrkitError: The loss is not finite or has collapsed, or a checkpoint cannot be written.
        """
        self.prepare()
        devices = [self.device] if self.device.type == "cuda" else []
        log_file = Log(self.run, self.step) if self.team.first else nullcontext()
        stops = StopSignals(patient=self.team.size > 1)
        with log_file as log, stops as stop, torch.random.fork_rng(devices=devices):
            window = Window()
            while self.step < self.options.steps:
                self._begin_stage()
                self.one_step(window)
                if self.step % self.options.every("log") == 0 or self.step == self.stage.end:
                    self._log(window, log)
                    window = Window()
                if self.step % self.options.every("sheet") == 0 and self.team.first:
                    self._sheet()
                if self.evaluations.due(self.step):  # before the checkpoint: resumed from there, it is not done twice
                    self._evaluate(window, log)
                due = self.step % self.options.every("checkpoint") == 0 or self.step == self.options.steps
                stopped = self.team.any(stop.received)
                if due or stopped is not None:
                    self.save(window)
                if stopped is not None:
                    raise self._stopped(stopped)
        self.shared = self.model  # DistributedDataParallel holds on to the processes for as long as it is held
        if self.last_good is None:
            raise InrkitError("training ended far below its best PSNR, and nothing was saved", self._way_back())

    def _stopped(self, signal: int) -> Stopped:
        where = f"saved in {self.last_good}" if self.last_good else "before anything was worth saving"
        stopped = Stopped(
            signal,
            f"stopped after step {self.step} of {self.options.steps}, {where}",
            f"Go on: {self.run.to_resume}",
        )
        stopped.said = not self.team.first
        return stopped

    def prepare(self) -> None:
        """Bring the clips and their frozen features near."""
        self.plan.train.load(self.device, self.team.local_size)
        self.features = compute_features(self.model, self.plan.train, self.reporter)
        self.model.train()
        self.shared = self.team.wrap(self.model)

    def _begin_stage(self) -> None:
        """New clips are worse than those that were learned: what their PSNR is compared with begins anew."""
        if self.step in (stage.begin for stage in self.plan.config.stages):
            stage = stage_at(self.stages, self.step)
            self.watch = Watch(stage.clips)
            many = f"the first {stage.clips:,} of {len(self.plan.train):,} clips"
            self.reporter.note(f"Steps {stage.begin + 1:,} to {stage.end:,}: {many}.")

    def one_step(self, window: Window) -> None:
        """One step of the optimiser."""
        seed = seed_of(self.config.seed, "step", self.step)
        torch.manual_seed(self._own_seed(seed))
        rate = learning_rate(self.options, self.step)
        self.stage = stage_at(self.stages, self.step)
        at = self.step - self.stage.begin
        index = batch_at(self.stage.clips, self.options.batch, self.config.seed, at).to(self.device)
        mine, weight = self._mine(index)
        taken = self.codes.take(mine)
        clips = clip_batch(self.plan.train, mine, taken, self.features, seed, self.device)
        sample = clips.sample(coarsest(self.plan.method.unit, self.model.inr.unit), self._amount())
        with self._precision():
            out = self.shared(clips, sample.coords)
        terms = {name: weight * term for name, term in self.plan.method.loss(out, sample.target).items()}
        loss = torch.stack([term.mean() for term in terms.values()]).sum()
        if self.optimizer:
            self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.optimizer:
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            if self.options.clip:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip)
            self.optimizer.step()
        self.codes.step(index, self._exchanged(gradients_of(taken), len(index)), rate)
        self.step += 1
        with torch.no_grad():
            window.add(loss, terms, weight * (out.rgb - sample.target).square().mean(), len(index))

    def _own_seed(self, seed: int) -> int:
        """For what is drawn for clips, such as dropout: each process has clips of its own."""
        return seed_of(seed, "rank", self.team.rank) if self.team.rank else seed

    def _mine(self, index: Tensor) -> tuple[Tensor, float]:
        """The clips of a step that this process takes, and their weight: means over processes are then over clips.

        A process for which there is no clip takes one at no weight, for all have to make every step.
        """
        mine = index[self.team.part(len(index))]
        return (mine, len(mine) * self.team.size / len(index)) if len(mine) else (index[:1], 0.0)

    def _exchanged(self, gradients: Tensors, count: int) -> Tensors:
        """Those of all clips of a step. Each is known to one process, whose loss counts as many times as there are."""
        if self.team.size == 1:
            return gradients
        part = self.team.part(count)
        own = {name: gradient[: part.stop - part.start] / self.team.size for name, gradient in gradients.items()}
        return self.team.rows(own, count)

    def _precision(self) -> torch.autocast:
        """In which the model computes; its parameters, coordinates, rgb and the loss are float32 in any case."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.precision == "bf16")

    def _amount(self) -> int | None:
        frames, height, width = self.plan.train.shape
        share = self.options.points
        return None if share == 1 else max(1, round(share * frames * height * width))

    def _log(self, window: Window, log: Log | None) -> None:
        window.share(self.team)
        record = {"step": self.step, **window.summary(), "lr": learning_rate(self.options, self.step - 1)}
        self.seconds += record["seconds"]
        record["seconds"] = round(self.seconds, 3)
        if self.plan.config.stages:
            record["clips"] = self.stage.clips
        self.watch.see(window)
        if not math.isfinite(record["loss"]):
            raise InrkitError(f"the loss is no longer finite at step {self.step} ({record['loss']})", self._way_back())
        if self.watch.collapsed:
            raise InrkitError(
                f"training has collapsed: {record['psnr']:.1f} dB at step {self.step}, after {self.watch.best:.1f} dB",
                self._way_back(),
            )
        if log:
            log.write(record)
        self.reporter.training(self.step, self.options.steps, record)

    def _evaluate(self, window: Window, log: Log | None) -> None:
        """Measure some clips as they are by now; the time it takes is not that of the training."""
        self.team.level(self.model)
        latents = self.codes.rows
        if not gives_codes(self.model.encoder):
            latents = training_latents(self.model, self.plan.train, self.codes, self.features, self.team)
        record = self.evaluations.run(self.model, latents, self.codes.rows, self.step, self.stage.clips)
        if record:
            window.leave_out(record["seconds"])
        if record and log:
            log.evaluated(record)

    def _way_back(self) -> str:
        kept = f"{self.last_good} is intact. " if self.last_good else ""
        return f"{kept}Start anew with a lower rate: --overwrite -o train.lr={self.options.lr / 2:g}"

    def save(self, window: Window) -> None:
        """Write a checkpoint, unless the model is not one worth keeping."""
        self.team.level(self.model)
        files = {
            "model": self.model.state_dict(),
            "codes": self.codes.state_dict(),
            "optimizer": optimizer_tensors(self.model, self.optimizer),
        }
        if not gives_codes(self.model.encoder):
            files["latents"] = training_latents(self.model, self.plan.train, self.codes, self.features, self.team)
        self.team.check_same(files["model"] | files["codes"])
        if self.watch.falling or not all(bool(v.isfinite().all()) for part in files.values() for v in part.values()):
            return
        state = {
            "seconds": self.seconds + window.seconds(),
            "best_psnr": self.watch.best if math.isfinite(self.watch.best) else None,
            "clips": len(self.codes),
        }
        self.last_good = self.team.lead(
            lambda: save_checkpoint(self.run.checkpoints, self.step, files, state, self.options.keep), str, Path
        )

    @torch.no_grad()
    def _sheet(self) -> None:
        """Some training clips beside what they are by now."""
        shown = spread(range(self.stage.clips), SHEET_CLIPS)
        index = torch.tensor(shown, device=self.device)
        rows = {name: values[index] for name, values in self.codes.rows.items()}
        clips = clip_batch(self.plan.train, index, rows, self.features, 0, self.device)
        self.model.eval()
        rendered = to_uint8(self.model.render(self.model.encoder(clips, self.model.decode), clips.shape)).cpu()
        self.model.train()
        truth = self.plan.train.read(index).cpu()
        self.run.samples.mkdir(exist_ok=True)
        sheet = pair_sheet(list(truth), list(rendered), [self.plan.train.names[i] for i in shown])
        write_png(self.run.samples / f"step-{self.step:08d}.png", sheet)


def shapes_of(codes: CodeTable) -> dict[str, tuple[int, ...]]:
    """Name to the shape of a row."""
    return {name: tuple(rows.shape[1:]) for name, rows in codes.rows.items()}


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def make_optimizer(model: VideoModel, lr: float) -> torch.optim.Adam | None:
    """Adam over what is shared by all videos, fused; None if nothing is."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.Adam(parameters, lr, fused=True) if parameters else None
