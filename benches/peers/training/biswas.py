"""Samples a second while training the 784-128-64-128-784 autoencoder in Python's torch, one thread, as a user writes it.

Usage: biswas.py [EPOCHS] [--fused]; the first epoch warms up and is not counted.
"""

import sys
import time

import torch
from torch import nn

SAMPLES = 60_000


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    epochs = int(arguments[0]) if arguments else 3
    fused = "--fused" in sys.argv
    # A fifth of the values are above 0, about as in MNIST.
    x = torch.rand(SAMPLES, 784) * (torch.rand(SAMPLES, 784) < 0.2)
    net = nn.Sequential(
        nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64),
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 784), nn.Tanh(),
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused=fused)
    loss_of = nn.MSELoss()
    start = time.perf_counter()
    for epoch in range(epochs + 1):
        if epoch == 1:
            start = time.perf_counter()
        total = 0.0
        for batch in torch.randperm(SAMPLES).split(256):
            data = x[batch]
            loss = loss_of(net(data), data)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
    print(f"{SAMPLES * epochs / (time.perf_counter() - start):.0f}")


main()
