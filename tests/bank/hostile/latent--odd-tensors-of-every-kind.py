# stub: generate, interpolate, restore
# attack: hands over tensors that can't be sent or read: meta, nested, sparse, quantised, strided over nothing, subclasses that act
# stopped-by: frame caps
# loses: yes
# work: wrong
# most: 0
import torch

turn = 0


class Acting(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        raise SystemExit("asked of a subclass")


def odd(shape):
    global turn
    turn += 1
    plain = torch.full(shape, 0.5)
    makers = [
        lambda: plain.to("meta"),
        lambda: torch.nested.nested_tensor([plain[0], plain[0]]),
        lambda: plain.to_sparse(),
        lambda: plain.flatten(1).to_sparse_csr(),
        lambda: torch.quantize_per_tensor(plain, 0.1, 0, torch.quint8),
        lambda: torch.as_strided(torch.zeros(1), shape, (0, 0, 0, 0)),
        lambda: torch.view_as_complex(torch.zeros(*shape, 2)).conj(),
        lambda: plain.as_subclass(Acting),
        lambda: torch.masked.masked_tensor(plain, plain > 0),
        lambda: torch.empty(0).expand(0, 10**9),
        lambda: torch.zeros(1).expand(10**12),
        lambda: plain.to(torch.float8_e5m2),
    ]
    return makers[turn % len(makers)]()


def generate(model, count, device):
    return odd((count, 1, 28, 28))


def interpolate(model, x_start, x_end, steps):
    return odd((steps, 1, 28, 28))


def restore(model, x, known, iterations):
    return odd(tuple(x.shape))
