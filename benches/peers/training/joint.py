"""Seconds of an epoch of joint training in Python, one thread: k-DAE, MIXAE, VaDE and the representation network as a user writes them, or
ClustPy's DEC.

Usage: joint.py k-dae|mixae|vade|repnet [EPOCHS] [--fused], or joint.py dec [EPOCHS]; 5,120 samples of ten kinds in batches of 256
(repnet: 100). The first epoch warms up and is not counted.
"""

import math
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


def train(x: torch.Tensor, epochs: int, optimiser: torch.optim.Optimizer, loss_of, size: int = BATCH) -> float:
    start = time.perf_counter()
    for epoch in range(epochs + 1):
        if epoch == 1:
            start = time.perf_counter()
        total = 0.0
        for batch in torch.randperm(SAMPLES).split(size):
            loss = loss_of(x[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
    return (time.perf_counter() - start) / epochs


def k_dae(x: torch.Tensor, epochs: int, fused: bool) -> float:
    nets = nn.ModuleList(autoencoder() for _ in range(K))
    optimiser = torch.optim.Adam(nets.parameters(), lr=1e-3, fused=fused)

    def loss_of(data: torch.Tensor) -> torch.Tensor:
        errors = torch.stack([((net(data) - data) ** 2).sum(1) for net in nets], dim=1)
        return errors.min(dim=1).values.mean()

    return train(x, epochs, optimiser, loss_of)


def layers(widths: list[int], activation: type[nn.Module], last: nn.Module | None = None) -> nn.Sequential:
    parts = []
    for i, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
        parts.append(nn.Linear(fan_in, fan_out))
        if i + 2 < len(widths):
            parts.append(activation())
    return nn.Sequential(*parts, *([last] if last else []))


def mixae(x: torch.Tensor, epochs: int, fused: bool) -> float:
    encoders = nn.ModuleList(layers([784, 128, 64, 8], nn.LeakyReLU) for _ in range(K))
    decoders = nn.ModuleList(layers([8, 64, 128, 784], nn.LeakyReLU, nn.Sigmoid()) for _ in range(K))
    gate = nn.Linear(8 * K, K)
    with torch.no_grad():
        for parameter in gate.parameters():
            parameter *= 0.1
    everything = [*encoders.parameters(), *decoders.parameters(), *gate.parameters()]
    optimiser = torch.optim.Adam(everything, lr=3e-3, fused=fused)
    variance = x.var(0, correction=0).sum()

    def loss_of(data: torch.Tensor) -> torch.Tensor:
        codes = [encoder(data) for encoder in encoders]
        logarithms = gate(torch.cat(codes, 1)).log_softmax(1)
        p = logarithms.exp()
        errors = [((decoder(code) - data) ** 2).sum(1) for decoder, code in zip(decoders, codes)]
        error = (torch.stack(errors, 1) * p).sum(1).mean() / variance
        mean = p.mean(0)
        return error - 0.008 * (p * logarithms).sum(1).mean() + 0.23 * (mean * mean.log()).sum()

    return train(x, epochs, optimiser, loss_of)


def vade(x: torch.Tensor, epochs: int, fused: bool) -> float:
    hidden = nn.Sequential(layers([784, 500, 500, 2000], nn.ReLU), nn.ReLU())
    mean, log_variance = nn.Linear(2000, 10), nn.Linear(2000, 10)
    decoder = layers([10, 2000, 500, 500, 784], nn.ReLU, nn.Sigmoid())
    logits, m, v = (nn.Parameter(torch.randn(shape) * 0.5) for shape in [(K,), (K, 10), (K, 10)])
    networks = nn.ModuleList([hidden, mean, log_variance, decoder])
    optimiser = torch.optim.Adam([*networks.parameters(), logits, m, v], lr=2e-4, fused=fused)

    def loss_of(data: torch.Tensor) -> torch.Tensor:
        h = hidden(data)
        mu, lv = mean(h), log_variance(h)
        z = mu + (lv * 0.5).exp() * torch.randn_like(mu)
        likelihood = nn.functional.binary_cross_entropy(decoder(z), data, reduction="sum") / len(data)
        squares = (z[:, None] - m) ** 2 / v.exp()
        density = -0.5 * (squares + v + math.log(2 * math.pi)).sum(2)
        log_share = (density + logits).log_softmax(1)
        share = log_share.exp()
        codes = 0.5 * (v + (lv.exp()[:, None] + (mu[:, None] - m) ** 2) / v.exp()).sum(2)
        codes = (share * codes).sum(1) - 0.5 * (1 + lv).sum(1)
        clusters = (share * (log_share - logits.log_softmax(0))).sum(1)
        return likelihood + (codes + clusters).mean()

    return train(x, epochs, optimiser, loss_of)


def repnet(x: torch.Tensor, epochs: int, fused: bool) -> float:
    encoder = layers([784, 500, 500, 2000, 10], nn.ReLU)
    decoder = layers([10, 2000, 500, 500, 784], nn.ReLU)
    representation = layers([10, 2000, 500, 500, 500, 10], nn.ReLU)
    networks = nn.ModuleList([encoder, decoder, representation])
    optimiser = torch.optim.Adam(networks.parameters(), lr=1e-3, fused=fused)
    gamma = 0.01

    def log_shares(points: torch.Tensor, nu: float) -> torch.Tensor:
        squares = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist") ** 2
        logs = -(nu + 1) / 2 * torch.log1p(squares / nu)
        return logs.masked_fill(torch.eye(len(points), dtype=torch.bool), -1e30).log_softmax(1)

    def loss_of(data: torch.Tensor) -> torch.Tensor:
        z = encoder(data)
        reconstruction = nn.functional.binary_cross_entropy_with_logits(decoder(z), data, reduction="sum") / len(data)
        # The encoder gets the gradient of L_R + γ L_E, the representation network that of L_E.
        seen = z.detach() + gamma * (z - z.detach())
        p, q = log_shares(seen, 20.0), log_shares(representation(seen), 1.0)
        return reconstruction - (p.exp() * q).sum()

    return train(x, epochs, optimiser, loss_of, 100)


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
    if arguments[0] == "dec":
        took = dec(x, epochs)
    else:
        form = {"k-dae": k_dae, "mixae": mixae, "vade": vade, "repnet": repnet}[arguments[0]]
        took = form(torch.from_numpy(x), epochs, "--fused" in sys.argv)
    print(f"{took:.4f}")


main()
