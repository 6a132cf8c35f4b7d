# Answers to the task "conv": each is a whole answer cell.

# %% right: all windows at once, by sliding_window_view
from numpy.lib.stride_tricks import sliding_window_view

def conv2d(x, weight, bias, stride, padding):
    tall, wide = weight.shape[2:]
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    if x.shape[1] != weight.shape[1] or p.shape[2] < tall or p.shape[3] < wide:
        raise ValueError("no fit")
    windows = sliding_window_view(p, (tall, wide), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijae,ocae->noij", windows, weight) + bias[:, None, None]

# %% right: seven loops, as the formula says
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    if c != d:
        raise ValueError(f"{c} channels, {d} wanted")
    if kh > h + 2 * padding or kw > w + 2 * padding:
        raise ValueError("the filter is larger than the padded picture")
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    out = np.zeros((n, o, rows, cols))
    for m in range(n):
        for f in range(o):
            for i in range(rows):
                for j in range(cols):
                    total = bias[f]
                    for k in range(c):
                        for a in range(kh):
                            for e in range(kw):
                                r, q = i * stride + a - padding, j * stride + e - padding
                                if 0 <= r < h and 0 <= q < w:
                                    total += weight[f, k, a, e] * x[m, k, r, q]
                    out[m, f, i, j] = total
    return out

# %% right: one shifted picture for each pixel of the filter
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    p = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    p[:, :, padding : padding + h, padding : padding + w] = x
    rows, cols = p.shape[2] - kh + 1, p.shape[3] - kw + 1
    if c != d or rows <= 0 or cols <= 0:
        raise ValueError
    out = np.tile(bias[None, :, None, None], (n, 1, -(-rows // stride), -(-cols // stride)))
    for a in range(kh):
        for e in range(kw):
            part = p[:, :, a : a + rows : stride, e : e + cols : stride]
            out += np.tensordot(weight[:, :, a, e], part, axes=(1, 1)).swapaxes(0, 1)
    return out

# %% right: PyTorch's own, in float64
def conv2d(x, weight, bias, stride, padding):
    try:
        z = nn.functional.conv2d(*map(torch.from_numpy, (x, weight, bias)), stride, padding)
    except RuntimeError as error:
        raise ValueError("the shapes do not fit") from error
    return z.numpy()

# %% wrong: the filter turned over
# hint: turned by half a circle
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight[:, :, ::-1, ::-1])
    return out + bias[:, None, None]

# %% wrong: the filter's rows and columns exchanged, for squares only
# hint: rows and columns are exchanged
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocea->no", patch, weight)
    return out + bias[:, None, None]

# %% wrong: no bias
# hint: the bias is missing
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out

# %% wrong: the bias added once a channel
# hint: once is enough
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for k in range(c):
        for i in range(rows):
            for j in range(cols):
                patch = p[:, k, i * stride : i * stride + kh, j * stride : j * stride + kw]
                out[:, :, i, j] += np.einsum("nae,oae->no", patch, weight[:, k]) + bias
    return out

# %% wrong: the stride forgotten
# hint: the stride does nothing
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = h + 2 * padding - kh + 1, w + 2 * padding - kw + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[:, :, i, j] = np.einsum("ncae,ocae->no", p[:, :, i : i + kh, j : j + kw], weight)
    return out + bias[:, None, None]

# %% wrong: the stride in the size only
# hint: the values those of stride 1
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[:, :, i, j] = np.einsum("ncae,ocae->no", p[:, :, i : i + kh, j : j + kw], weight)
    return out + bias[:, None, None]

# %% wrong: no padding
# hint: the padding does nothing
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h - kh) // stride + 1, (w - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out + bias[:, None, None]

# %% wrong: all padding below and to the right
# hint: half belongs to the other sides
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out + bias[:, None, None]

# %% wrong: the edge repeated as padding
# hint: zeros are asked for
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], mode="edge")
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out + bias[:, None, None]

# %% wrong: the first channel only
# hint: only the first channel takes part
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, 0, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("nae,oae->no", patch, weight[:, 0])
    return out + bias[:, None, None]

# %% wrong: channels averaged
# hint: the channels are averaged
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight) / c
    return out + bias[:, None, None]

# %% wrong: sizes rounded up
# hint: the whole filter lies within the padded picture
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    if c != d or h + 2 * padding < kh or w + 2 * padding < kw:
        raise ValueError("no fit")
    rows, cols = -(-(h + 2 * padding - kh) // stride) + 1, -(-(w + 2 * padding - kw) // stride) + 1
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding + stride), (padding, padding + stride)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out + bias[:, None, None]

# %% wrong: nothing refused
# hint: nothing is ever refused
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, max(rows, 0), max(cols, 0)))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            for k in range(d):
                channel = patch[:, min(k, c - 1)]
                out[:, :, i, j] += np.einsum("nae,oae->no", channel, weight[:, k])
    return out + bias[:, None, None]

# %% wrong: the filter compared with the picture before it is padded
# hint: before it is padded
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    if c != d or kh > h or kw > w:
        raise ValueError("no fit")
    z = nn.functional.conv2d(*map(torch.from_numpy, (x, weight, bias)), stride, padding)
    return z.numpy()

# %% wrong: one channel broadcast
# hint: one channel is taken for as many as
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = (patch[:, None] * weight).sum(axis=(2, 3, 4)) + bias
    return out

# %% wrong: the picture's sums taken in the arrays that were given
# hint: are the arrays given as they were
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    out += bias[:, None, None]
    weight *= 0
    return out

# %% wrong: the padding counted once in the size
# hint: it lies on both
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + padding - kh) // stride + 1, (w + padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight) + bias
    return out

# %% wrong: the biases along the last axis
# hint: there is one for each filter
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight)
    return out + (bias if len(bias) in (1, cols) else bias[:, None, None])

# %% wrong: whole numbers
# hint: it is to be float64
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols), dtype=int)
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight) + bias
    return out

# %% wrong: the channels last
# hint: first the shape
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    o, d, kh, kw = weight.shape
    rows, cols = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    if c != d or min(rows, cols) < 1:
        raise ValueError("no fit")
    p = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    out = np.zeros((n, o, rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = p[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.einsum("ncae,ocae->no", patch, weight) + bias
    return out.transpose(0, 2, 3, 1)
