# Answers to the task "bill": each is a whole answer cell.

# %% right: a network of PyTorch's, counted
from course_lib.models import flops, parameters
from course_lib.models.cnn import Block

def bill(stages, height, width, classes):
    layers, before = [], 1
    for channels, blocks in stages:
        layers += [nn.Conv2d(before, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
        layers += [Block(channels) for _ in range(blocks)] + [nn.MaxPool2d(2)]
        before = channels
    net = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(before, classes))
    return parameters(net), flops(net, torch.zeros(1, 1, height, width))

def widest(blocks, height, width, classes, budget):
    def products(h):
        sides = height * width, (height // 2) * (width // 2), (height // 4) * (width // 4)
        return sum(side * 9 * (a * b + 2 * blocks * b * b) for side, a, b in zip(sides, (1, h, 2 * h), (h, 2 * h, 4 * h))) + 4 * h * classes
    h = 0
    while products(h + 1) <= budget:
        h += 1
    if h == 0:
        raise ValueError("nothing fits")
    return h, bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)[0]

# %% right: every convolution by itself, bisection
from bisect import bisect_right

def convolutions(stages, height, width):
    before = 1
    for channels, blocks in stages:
        yield before, channels, height * width
        for _ in range(2 * blocks):
            yield channels, channels, height * width
        height, width, before = height // 2, width // 2, channels

def bill(stages, height, width, classes):
    last = stages[-1][0]
    each = list(convolutions(stages, height, width))
    parameters = sum(9 * a * b + 2 * b for a, b, _ in each) + (last + 1) * classes
    return parameters, sum(9 * a * b * places for a, b, places in each) + last * classes

def widest(blocks, height, width, classes, budget):
    cost = lambda h: bill([(k * h, blocks) for k in (1, 2, 4)], height, width, classes)
    h = bisect_right(range(1, 3000), budget, key=lambda h: cost(h)[1])
    if not h:
        raise ValueError(f"{budget} is too little")
    return h, cost(h)[0]

# %% right: recursive
def bill(stages, height, width, classes, before=1):
    if not stages:
        return (before + 1) * classes, before * classes
    (channels, blocks), *others = stages
    weights = channels * 9 * before + channels * 18 * channels * blocks
    parameters, products = bill(others, height // 2, width // 2, classes, channels)
    return parameters + weights + channels * (2 + 4 * blocks), products + weights * height * width

def widest(blocks, height, width, classes, budget):
    h, kept = 1, None
    while (costs := bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes))[1] <= budget:
        kept, h = (h, costs[0]), h + 1
    if not kept:
        raise ValueError
    return kept

# %% wrong: one channel in
# hint: for every channel that comes in
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * channels + blocks * 2 * 9 * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: one convolution a block
# hint: a block holds two convolutions
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 2 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: blocks from the stage before
# hint: the stage's own channels come in
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels * (1 + 2 * blocks)
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: convolutions with a bias
# hint: the convolutions have no bias
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 3 * channels + blocks * 6 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: no parameters of the normalisation
# hint: batch normalisation has two parameters
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: running numbers counted
# hint: running means and variances are no parameters
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 4 * channels + blocks * 8 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: blocks without normalisation
# hint: every convolution of a block is normalised
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: the linear layer without a bias
# hint: the linear layer has a bias
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: the linear layer for nothing
# hint: the linear layer multiplies too
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: each weight used once
# hint: used at every place of the map
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: the map never halves
# hint: each stage halves the map
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: halved before the convolutions
# hint: work before the halving
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * (height // 2) * (width // 2)
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: halved upwards
# hint: round down
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height = (height + 1) // 2
        width = (width + 1) // 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: strictly below the budget
# hint: exactly the budget is within it
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products >= budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: the first one beyond
# hint: costs more than the budget
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            return h, parameters
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: nothing is refused
# hint: too small for h = 1
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        return 0, 0
    return found

# %% wrong: multiplications returned
# hint: the network's parameters
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, products
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: a budget of parameters
# hint: multiplications
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if parameters > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: places at the edge left out
# hint: at the edge as elsewhere
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * (height - 2) * (width - 2)
        height //= 2
        width //= 2
        before = channels
    return parameters + before * classes + classes, products + before * classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        parameters, products = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found

# %% wrong: multiplications first
# hint: the parameters come first
def bill(stages, height, width, classes):
    parameters, products, before = 0, 0, 1
    for channels, blocks in stages:
        weights = 9 * before * channels + blocks * 2 * 9 * channels * channels
        parameters += weights + 2 * channels + blocks * 4 * channels
        products += weights * height * width
        height //= 2
        width //= 2
        before = channels
    return products + before * classes, parameters + before * classes + classes

def widest(blocks, height, width, classes, budget):
    found = None
    for h in range(1, 10_000):
        products, parameters = bill([(h, blocks), (2 * h, blocks), (4 * h, blocks)], height, width, classes)
        if products > budget:
            break
        found = h, parameters
    if found is None:
        raise ValueError("too little")
    return found
