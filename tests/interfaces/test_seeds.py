"""Random numbers as a function of what they are for."""

import torch

from inrkit.interfaces.seeds import generator, seed_of


def test_seeds_are_the_same_on_every_machine_and_day():
    assert seed_of(0, "model") == 1689353482259370465
    assert seed_of() == 2847183694713211083


def test_any_part_makes_another_seed():
    parts = [(0, "order", 1), (1, "order", 1), (0, "code", 1), (0, "order", 2), (0, "order"), ("0", "order", 1)]
    parts += [(0, "order", 1, 0), ("0, 'order'", 1), (0, "order1"), (-0, "order", -1)]
    assert len({seed_of(*some) for some in parts}) == len(parts)


def test_seeds_fit_a_generator():
    seeds = [seed_of(i) for i in range(1000)]
    assert min(seeds) >= 0
    assert max(seeds) < 2**63
    assert len(set(seeds)) == 1000


def test_a_generator_is_a_function_of_its_parts_and_touches_no_other():
    torch.manual_seed(3)
    state = torch.get_rng_state()
    first = torch.rand(3, generator=generator(1, "a"))
    assert torch.equal(first, torch.rand(3, generator=generator(1, "a")))
    assert not torch.equal(first, torch.rand(3, generator=generator(1, "b")))
    assert torch.equal(torch.get_rng_state(), state)
