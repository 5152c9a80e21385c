"""Seconds of an epoch of joint training in Python, one thread: k-DAE as a user writes it, or ClustPy's DEC.

Usage: joint.py k-dae [EPOCHS] [--fused], or joint.py dec [EPOCHS]; 5,120 samples of ten kinds in batches of 256. The first epoch
warms up and is not counted.
"""

import sys
import time

import numpy as np
import torch
from torch import nn

SAMPLES, BATCH, K = 5_120, 256, 10


def samples() -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = lambda n: (rng.random((n, 784)) * (rng.random((n, 784)) < 0.2)).astype(np.float32)
    kinds = picture(K)
    return 0.8 * kinds[np.arange(SAMPLES) % K] + 0.2 * picture(SAMPLES)


def autoencoder() -> nn.Sequential:
    layers = []
    widths = [784, 1024, 256, 10, 256, 1024]
    for i, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(fan_in, fan_out))
        if i != 2:
            layers += [nn.BatchNorm1d(fan_out, eps=1e-3, momentum=0.01), nn.ELU()]
    return nn.Sequential(*layers, nn.Linear(1024, 784), nn.Sigmoid())


def k_dae(x: torch.Tensor, epochs: int, fused: bool) -> float:
    nets = nn.ModuleList(autoencoder() for _ in range(K))
    optimiser = torch.optim.Adam(nets.parameters(), lr=1e-3, fused=fused)
    start = time.perf_counter()
    for epoch in range(epochs + 1):
        if epoch == 1:
            start = time.perf_counter()
        total = 0.0
        for batch in torch.randperm(SAMPLES).split(BATCH):
            data = x[batch]
            errors = torch.stack([((net(data) - data) ** 2).sum(1) for net in nets], dim=1)
            loss = errors.min(dim=1).values.mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
    return (time.perf_counter() - start) / epochs


def dec(x: np.ndarray, epochs: int) -> float:
    """The difference of two fits of a pretrained network, so that what comes before the epochs cancels out."""
    from clustpy.deep import DEC
    from clustpy.deep.neural_networks import FeedforwardAutoencoder

    net = FeedforwardAutoencoder([784, 500, 500, 2000, 10])
    net.fitted = True

    def fit(clustering_epochs: int) -> float:
        start = time.perf_counter()
        DEC(
            K, batch_size=BATCH, pretrain_epochs=0, clustering_epochs=clustering_epochs, neural_network=net,
            clustering_optimizer_params={"lr": 1e-4}, device=torch.device("cpu"), random_state=0,
        ).fit(x)
        return time.perf_counter() - start

    fit(1)
    once = fit(1)
    return (fit(1 + 3 * epochs) - once) / (3 * epochs)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    epochs = int(arguments[1]) if len(arguments) > 1 else 2
    x = samples()
    took = dec(x, epochs) if arguments[0] == "dec" else k_dae(torch.from_numpy(x), epochs, "--fused" in sys.argv)
    print(f"{took:.4f}")


main()
