"""Seconds of an epoch of the soft nearest neighbour paper's network in Python's torch, one thread, as a user writes it.

Usage: snnl.py plain|supervised [EPOCHS] [--fused]; 784-500-500-2000-70, 10,000 samples in batches of 256. The supervised form adds
100 times the loss of all 16 tensors. The first epoch warms up and is not counted.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SAMPLES = 10_000


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [784, 500, 500, 2000, 70, 2000, 500, 500, 784]
        self.layers = nn.ModuleList()
        for i, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            self.layers.append(nn.Linear(fan_in, fan_out))
            self.layers.append(nn.Sigmoid() if i in (3, 7) else nn.ReLU())

    def forward(self, x):
        tensors = []
        for layer in self.layers:
            x = layer(x)
            tensors.append(x)
        return x, tensors


def soft_nearest_neighbour(tensors, labels, temperature):
    losses = []
    for tensor in tensors:
        unit = F.normalize(tensor)
        distance = 1 - unit @ unit.T
        weight = torch.exp(-distance / temperature) * (1 - torch.eye(len(unit)))
        share = weight / (1e-5 + weight.sum(1, keepdim=True))
        alike = (share * (labels[:, None] == labels[None])).sum(1)
        losses.append(-torch.log(1e-5 + alike).mean())
    return torch.stack(losses).sum()


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    supervised = arguments[0] == "supervised"
    epochs = int(arguments[1]) if len(arguments) > 1 else 3
    x = torch.rand(SAMPLES, 784) * (torch.rand(SAMPLES, 784) < 0.2)
    labels = torch.randint(0, 10, (SAMPLES,))
    net = Autoencoder()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused="--fused" in sys.argv)
    loss_of = nn.BCELoss()
    start = time.perf_counter()
    for epoch in range(epochs + 1):
        if epoch == 1:
            start = time.perf_counter()
        total = 0.0
        for batch in torch.randperm(SAMPLES).split(256):
            data = x[batch]
            output, tensors = net(data)
            loss = loss_of(output, data)
            if supervised:
                loss = loss + 100 * soft_nearest_neighbour(tensors, labels[batch], 1 / (1 + epoch) ** 0.55)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
    print(f"{(time.perf_counter() - start) / epochs:.4f}")


main()
