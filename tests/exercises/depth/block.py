# Answers to the task "block": each is a whole answer cell.

# %% right: a loop that appends, a Sequential within
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = []
    for _ in range(n_blocks):
        blocks.append(Block(width))
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, nn.Sequential(*blocks), nn.LayerNorm(width), head)

# %% right: in place of what was computed
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        change += x
        return change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% right: a module with a ModuleList
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.second(self.first(self.norm(x)).clamp(min=0)).add(x)


class Network(nn.Module):
    def __init__(self, n_features, width, n_classes, n_blocks):
        super().__init__()
        self.stem = nn.Linear(n_features, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(n_blocks))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, n_classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    return Network(n_features, width, n_classes, n_blocks)

# %% wrong: both mistakes as handed out
# hint: both mistakes are still there
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return (x + change) / 2


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width)] * n_blocks
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: the blocks still shared
# hint: how many parameters does a second block bring
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width)] * n_blocks
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: x still halved
# hint: how much of x is left after a block
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return (x + change) / 2


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: copies of one block
# hint: the blocks begin alike
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    from copy import deepcopy

    block = Block(width) if n_blocks else None
    blocks = [deepcopy(block) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: divided by the root of 2
# hint: the root of 2 shrinks x too
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return (x + change) / 2**0.5


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: ReLU after the sum
# hint: no activation follows the sum
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return torch.relu(x + change)


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: norm(x) passed on
# hint: not norm(x)
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        x = self.norm(x)
        change = self.second(torch.relu(self.first(x)))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: x not added
# hint: how much of x is left
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: no norm in the block
# hint: the norm is gone from the block
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(x)))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: the head drawn first
# hint: another order
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    head = nn.Linear(width, n_classes)
    blocks = [Block(width) for _ in range(n_blocks)]
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: the seed set for each block
# hint: the blocks begin alike
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        change = self.second(torch.relu(self.first(self.norm(x))))
        return x + change


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = []
    state = torch.get_rng_state()
    for _ in range(n_blocks):
        torch.set_rng_state(state)
        blocks.append(Block(width))
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: hard-coded: blocks with parameters that only shift
# hint: compare with the list
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.unused = nn.Linear(width, 2 * width + 4, bias=False)

    def forward(self, x):
        return x + 1


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem, head = nn.Linear(n_features, width), nn.Linear(width, n_classes)
    blocks = [Block(width) for _ in range(n_blocks)]
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: a block hands on what it gets
# hint: a block hands on just what it gets
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        return x


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    stem = nn.Linear(n_features, width)
    blocks = [Block(width) for _ in range(n_blocks)]
    head = nn.Linear(width, n_classes)
    return nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)

# %% wrong: blocks in a plain list
# hint: a training would never move them
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(self.norm(x))))


class Network(nn.Module):
    def __init__(self, n_features, width, n_classes, n_blocks):
        super().__init__()
        self.stem = nn.Linear(n_features, width)
        self.blocks = [Block(width) for _ in range(n_blocks)]
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, n_classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def residual_network(n_features, width, n_classes, n_blocks, seed):
    torch.manual_seed(seed)
    return Network(n_features, width, n_classes, n_blocks)
