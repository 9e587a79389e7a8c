"""Which rule of vmap a forward breaks, told from the error."""

from __future__ import annotations

from inrkit.discovery.load import because

RULES: tuple[tuple[str, str, str], ...] = (
    (".item()", "it turns a tensor into a number (.item(), float(), int(), range(tensor))", "Keep it a tensor"),
    ("data-dependent control flow", "a branch or loop that depends on values", "Use torch.where"),
    ("boolean mask", "it indexes with a boolean mask, so shapes depend on values", "Use torch.where"),
    ("dynamic shape", "a result whose shape depends on values (nonzero, unique, masks)", "Use torch.where"),
    ("repeat_interleave", "repeat_interleave by a tensor, so shapes depend on values", "Give its output_size"),
    ("inplace arithmetic", "it writes into a fresh tensor", "Build the result with torch.stack or torch.cat"),
    ("broadcast shape", "it writes into a fresh tensor", "Build the result with torch.stack or torch.cat"),
    ("Batch norm", "batch norm with running statistics, which clips would share", "Use group or layer norm"),
    ("aten::gru", "a GRU", "Write its steps as matrix products"),
    ("aten::lstm", "an LSTM", "Write its steps as matrix products"),
    ("aten::rnn", "an RNN", "Write its steps as matrix products"),
    (
        "setup_context",
        "an autograd.Function without a vmap rule",
        "Give it setup_context and generate_vmap_rule = True",
    ),
    ("generate_vmap_rule", "an autograd.Function without a vmap rule", "Set its generate_vmap_rule = True"),
    ("data pointer", "it leaves torch (numpy(), tolist(), a foreign library)", "Compute it with torch"),
    ("randomness", "random numbers drawn outside of torch's rules", "Use torch.nn.functional.dropout"),
    ("Batching rule not implemented", "an operation without a rule", "Use another operation"),
    ("vmap", "an operation that vmap cannot do", "Use another operation"),
)
"""A part of the error's text, the rule that was broken, and how to keep it."""


def broken_rule(error: Exception) -> tuple[str, str] | None:
    """What was found, and what to change; None if the error is not vmap's."""
    text = str(error)
    for part, rule, instead in RULES:
        if part in text:
            change = f"{instead}; or override evaluate(coords, weights), which computes many videos without vmap."
            return f"{rule} ({because(error)[:160]})", change
    return None
