# Answers to the task "width": each is a whole answer cell.

# %% right: the quadratic equation, then a check by one
import math

def width_for(n_features, depth, n_outputs, budget):
    a, b = depth - 1, n_features + depth + n_outputs
    count = lambda h: a * h * h + b * h + n_outputs
    rest = budget - n_outputs
    if count(1) > budget:
        raise ValueError("the budget is too small")
    width = rest // b if a == 0 else int((math.sqrt(b * b + 4 * a * rest) - b) / (2 * a))
    while count(width + 1) <= budget:
        width += 1
    while count(width) > budget:
        width -= 1
    return width, count(width)

# %% right: by halving, layers counted by a sum
def width_for(n_features, depth, n_outputs, budget):
    def cost(h):
        sizes = [n_features] + depth * [h] + [n_outputs]
        return sum(m * n + n for m, n in zip(sizes, sizes[1:]))

    if cost(1) > budget:
        raise ValueError(f"{budget} is not enough")
    low, high = 1, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        if cost(middle) <= budget:
            low = middle
        else:
            high = middle
    return low, cost(low)

# %% right: PyTorch counts, on the meta device
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        sizes = [n_features, *[h] * depth, n_outputs]
        first, last = nn.Linear(n_features, h, device="meta"), nn.Linear(h, n_outputs, device="meta")
        inner = sum(p.numel() for p in nn.Linear(h, h, device="meta").parameters())
        ends = sum(p.numel() for layer in (first, last) for p in layer.parameters())
        return ends + (depth - 1) * inner

    if count(1) > budget:
        raise ValueError("too small a budget")
    step = 1
    while count(2 * step) <= budget:
        step *= 2
    width = step
    while step:
        if count(width + step) <= budget:
            width += step
        step //= 2
    return width, count(width)

# %% wrong: no biases
# hint: the biases are missing
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return n_features * h + (depth - 1) * h * h + h * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: no biases in the output layer
# hint: the biases of the output layer are missing
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + h * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: as many inner layers as hidden ones
# hint: not depth
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + depth * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: the first width above
# hint: the last within it is wanted
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: below the budget, not at it
# hint: just the budget is within it
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) < budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: no error where nothing fits
# hint: a ValueError is asked for
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    return width, count(width)

# %% wrong: the nearest count
# hint: the largest within the budget
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if count(width + 1) - budget < budget - count(width):
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: inner layers without biases
# hint: one layer at a time
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * h * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, count(width)

# %% wrong: the budget for the count
# hint: one layer at a time
def width_for(n_features, depth, n_outputs, budget):
    def count(h):
        return (n_features + 1) * h + (depth - 1) * (h + 1) * h + (h + 1) * n_outputs

    width = 0
    while count(width + 1) <= budget:
        width += 1
    if width == 0:
        raise ValueError("nothing fits")
    return width, budget
