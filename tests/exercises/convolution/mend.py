# Answers to the task "mend": each is a whole answer cell.

# %% right: PyTorch's unfold and fold
def columns(x, tall, wide):
    return nn.functional.unfold(x, (tall, wide)).transpose(1, 2)

def convolve(x, weight, bias):
    rows, across = x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1
    z = torch.einsum("npk,ok->nop", columns(x, *weight.shape[2:]), weight.flatten(1))
    return z.unflatten(2, (rows, across)) + bias[:, None, None]

# %% right: patches cut out one by one
def columns(x, tall, wide):
    return torch.stack(
        [
            x[:, :, i : i + tall, j : j + wide].flatten(1)
            for i in range(x.shape[2] - tall + 1)
            for j in range(x.shape[3] - wide + 1)
        ],
        dim=1,
    )

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.flatten(1).T + bias
    return z.movedim(2, 1).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% right: folded back first, the filters moved afterwards
def columns(x, tall, wide):
    patches = x.unfold(2, tall, 1).unfold(3, wide, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.flatten(4).movedim(1, 3).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = nn.functional.linear(columns(x, tall, wide), weight.reshape(o, -1), bias)
    return z.reshape(len(x), x.shape[2] - tall + 1, -1, o).permute(0, 3, 1, 2)

# %% right: the order of the unfolds kept, the axes moved behind them
def columns(x, tall, wide):
    patches = x.unfold(3, wide, 1).unfold(2, tall, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 2, 3, 1, 5, 4).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: the starter unchanged
# hint: and each patch column by column
def columns(x, tall, wide):
    patches = x.unfold(3, wide, 1).unfold(2, tall, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    filters, _, tall, wide = weight.shape
    rows, across = x.shape[2] - tall + 1, x.shape[3] - wide + 1
    z = columns(x, tall, wide) @ weight.reshape(filters, -1).T + bias
    return z.reshape(len(x), filters, rows, across)

# %% wrong: the places not moved before the channels
# hint: holds two places of one channel
def columns(x, tall, wide):
    patches = x.unfold(2, tall, 1).unfold(3, wide, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: only the result's axis moved
# hint: and each patch column by column
def columns(x, tall, wide):
    patches = x.unfold(3, wide, 1).unfold(2, tall, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: patches still read column by column
# hint: row by row, not column by column
def columns(x, tall, wide):
    patches = x.unfold(3, wide, 1).unfold(2, tall, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 2, 3, 1, 4, 5).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: patches column by column, filters and places mixed
# hint: the patches are read column by column, and filters and places are mixed up
def columns(x, tall, wide):
    patches = x.unfold(3, wide, 1).unfold(2, tall, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 2, 3, 1, 4, 5).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    filters, _, tall, wide = weight.shape
    rows, across = x.shape[2] - tall + 1, x.shape[3] - wide + 1
    z = columns(x, tall, wide) @ weight.reshape(filters, -1).T + bias
    return z.reshape(len(x), filters, rows, across)

# %% wrong: places column by column
# hint: its neighbour to the right
def columns(x, tall, wide):
    patches = x.unfold(2, tall, 1).unfold(3, wide, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 3, 2, 1, 4, 5).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: filters and places still mixed
# hint: whose are the first two
def columns(x, tall, wide):
    patches = x.unfold(2, tall, 1).unfold(3, wide, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 2, 3, 1, 4, 5).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.reshape(o, -1).T + bias
    return z.reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: channels moved to the end, and the filters with them
# hint: channel by channel, not place by place
def columns(x, tall, wide):
    patches = x.unfold(2, tall, 1).unfold(3, wide, 1)
    n, c, rows, across = patches.shape[:4]
    return patches.permute(0, 2, 3, 4, 5, 1).reshape(n, rows * across, c * tall * wide)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.permute(0, 2, 3, 1).reshape(o, -1).T + bias
    return z.transpose(1, 2).reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)

# %% wrong: rows and columns exchanged on folding back
# hint: compare with nn.functional.conv2d
def columns(x, tall, wide):
    return nn.functional.unfold(x, (tall, wide)).transpose(1, 2)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.flatten(1).T + bias
    return z.mT.reshape(len(x), o, x.shape[3] - wide + 1, x.shape[2] - tall + 1)

# %% wrong: the bias lost
# hint: the bias is missing
def columns(x, tall, wide):
    return nn.functional.unfold(x, (tall, wide)).transpose(1, 2)

def convolve(x, weight, bias):
    o, _, tall, wide = weight.shape
    z = columns(x, tall, wide) @ weight.flatten(1).T
    return z.mT.reshape(len(x), o, x.shape[2] - tall + 1, x.shape[3] - wide + 1)
