"""From a raw file to a trained text classifier: `python examples/train.py`, under a minute on a CPU.

Needs `pip install ./python torch`. The tickets in examples/data/queues.csv are to be sent to one of four queues; the file
has repeated rows, spaces at both ends and rows without a label.
"""

from itertools import pairwise
from pathlib import Path
from zlib import crc32

import torch
from torch import nn

import datagpu

here = Path(__file__).parent
BUCKETS = 4096


def vector(text: str) -> torch.Tensor:
    """How often each bucket of words and pairs of words occurs; a word's bucket is the same in every process."""
    words = text.lower().split()
    terms = words + [f"{a} {b}" for a, b in pairwise(words)]
    buckets = torch.tensor([crc32(term.encode()) % BUCKETS for term in terms], dtype=torch.int64)
    return torch.bincount(buckets, minlength=BUCKETS).float()


def main() -> None:
    """Compiles, trains, and prints what share of unseen tickets is sent to the right queue."""
    data = datagpu.compile(here / "data" / "queues.csv", out="compiled-queues")
    print(f"{len(data)} rows of {data.manifest['ledger']['read']} records; dropped {data.manifest['ledger']['dropped']}")
    labels = sorted({queue for queue in data["queue"] if queue})

    def collate(rows: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
        rows = [row for row in rows if row["queue"]]
        return torch.stack([vector(row["text"]) for row in rows]), torch.tensor([labels.index(r["queue"]) for r in rows])

    shuffled = data.shuffle(seed=1)
    held_out = len(data) // 5
    loader = datagpu.load_to_pytorch(shuffled[held_out:], batch_size=32, seed=1, collate_fn=collate)
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(BUCKETS, 32), nn.ReLU(), nn.Linear(32, len(labels)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(3):
        losses = []
        for texts, queues in loader:
            loss = nn.functional.cross_entropy(model(texts), queues)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}")

    texts, queues = collate(list(shuffled[:held_out]))
    right = (model(texts).argmax(1) == queues).float().mean().item()
    print(f"accuracy on {len(queues)} rows that were held out: {right:.1%}")


if __name__ == "__main__":
    main()
