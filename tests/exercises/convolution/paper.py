# Answers to the task "paper": each is a whole answer cell.

# %% right: the maxima as convolutions without parameters
def describe(layers, channels, height, width):
    rows, field, steps = [], 1, []
    for layer in layers:
        is_conv = layer[0] == "conv"
        out, k, s, p = layer[1:] if is_conv else (channels, layer[1], layer[2], 0)
        if k > min(height, width) + 2 * p:
            raise ValueError(f"{layer} does not fit {height} x {width}")
        count = channels * out * k * k + out if is_conv else 0
        height = 1 + (height + 2 * p - k) // s
        width = 1 + (width + 2 * p - k) // s
        field = field + (k - 1) * int(np.prod(steps, dtype=int))
        steps.append(s)
        channels = out
        rows.append((out, height, width, count, field))
    return rows

# %% right: recursion from the last layer on for the field, sizes by counting places
def field_of(layers):
    size = 1
    for kind, *numbers in reversed(layers):
        kernel, stride = numbers[1:3] if kind == "conv" else numbers
        size = (size - 1) * stride + kernel
    return size

def describe(layers, channels, height, width):
    rows = []
    for k, (kind, *numbers) in enumerate(layers):
        match kind, numbers:
            case "conv", (out, kernel, stride, padding):
                weights = sum(1 for _ in range(out * channels) for _ in range(kernel * kernel)) + out
            case "max", (kernel, stride):
                out, padding, weights = channels, 0, 0
        height = len(range(0, height + 2 * padding - kernel + 1, stride))
        width = len(range(0, width + 2 * padding - kernel + 1, stride))
        if not height or not width:
            raise ValueError("no fit")
        channels = out
        rows.append((channels, height, width, weights, field_of(layers[: k + 1])))
    return rows

# %% right: PyTorch's layers asked for sizes and parameters
def describe(layers, channels, height, width):
    x, rows, field, step = torch.zeros(1, channels, height, width), [], 1, 1
    for kind, *numbers in layers:
        if kind == "conv":
            out, kernel, stride, padding = numbers
            layer = nn.Conv2d(x.shape[1], out, kernel, stride, padding)
        else:
            kernel, stride = numbers
            layer = nn.MaxPool2d(kernel, stride)
        try:
            x = layer(x)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        count = sum(p.numel() for p in layer.parameters())
        field += (kernel - 1) * step
        step *= stride
        rows.append((*x.shape[1:], count, field))
    return rows

# %% wrong: no biases
# hint: biases are not counted
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * channels * k * k if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: a bias for each channel of each filter
# hint: one bias a filter
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * channels * (k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: filters of one channel
# hint: weights for every channel
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * (k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: the steps of earlier layers forgotten
# hint: steps of earlier layers
def describe(layers, channels, height, width):
    rows, field = [], 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field += k - 1
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: the step after the layer
# hint: the step before a layer
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        step *= s
        field += (k - 1) * step
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: the last stride for the product of all
# hint: the product of all strides
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: sizes rounded up
# hint: round the sizes down
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        if min(height, width) + 2 * p < k:
            raise ValueError
        height, width = -((k - height - 2 * p) // s) + 1, -((k - width - 2 * p) // s) + 1
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: padding on one side
# hint: both sides
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + p - k) // s + 1, (width + p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: works for squares only
# hint: height and width are not the same
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height = width = (height + 2 * p - k) // s + 1
        if height < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: what does not fit is passed on
# hint: a map needs one row and one column
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        field, step = field + (k - 1) * step, step * s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: parameters added up
# hint: of the layer alone
def describe(layers, channels, height, width):
    rows, field, step, total = [], 1, 1, 0
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        total += out * (channels * k * k + 1) if kind == "conv" else 0
        rows.append((out, height, width, total, field))
        channels = out
    return rows

# %% wrong: the whole kernel added to the field
# hint: two steps, not three
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + k * step, step * s
        rows.append((out, height, width, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows

# %% wrong: the width before the height
# hint: the height comes before the width
def describe(layers, channels, height, width):
    rows, field, step = [], 1, 1
    for kind, *numbers in layers:
        out, k, s, p = numbers if kind == "conv" else (channels, *numbers, 0)
        height, width = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
        if min(height, width) < 1:
            raise ValueError
        field, step = field + (k - 1) * step, step * s
        rows.append((out, width, height, out * (channels * k * k + 1) if kind == "conv" else 0, field))
        channels = out
    return rows
