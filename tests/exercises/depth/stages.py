# Answers to the task "stages": each is a whole answer cell.

# %% right: PyTorch, He's weights, four stages that learn
def trained(X, y, seed):
    torch.manual_seed(seed)
    sizes = [2] + 4 * [12] + [1]
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    parts = [part for layer in layers for part in (layer, nn.ReLU())][:-1]
    model = nn.Sequential(*parts)
    points, wanted = torch.tensor(X).float(), torch.tensor(y).float()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=400, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], wanted)
        loss.backward()
        return loss

    optimizer.step(closure)
    weights = [layer.weight.detach().numpy().T for layer in layers]
    biases = [layer.bias.detach().numpy() for layer in layers]
    weights[-1:-1] = 20 * [np.eye(12)]
    biases[-1:-1] = 20 * [np.zeros(12)]
    return weights, biases


def set_up(X, y):
    best, network = 0, None
    for seed in range(4):
        found = trained(X, y, seed)
        right = np.mean(pipeline(found, X) == y)
        if right > best:
            best, network = right, found
        if best > 0.98:
            break
    return network

# %% right: stages that hand on, doubled and halved, between those that learn
def set_up(X, y):
    fits = [MLPClassifier([12] * 4, solver="lbfgs", max_iter=300, random_state=k).fit(X, y) for k in (3, 4)]
    W, b = max((fit.score(X, y), k, fit.coefs_, fit.intercepts_) for k, fit in enumerate(fits))[2:]
    double, half = [2 * np.eye(12)] * 5, [np.eye(12) / 2] * 5
    weights = W[:2] + double + half + W[2:4] + [np.eye(12)[::-1]] * 10 + W[4:]
    biases = b[:2] + [np.zeros(12)] * 10 + b[2:4] + [np.zeros(12)] * 10 + b[4:]
    return weights, biases

# %% right: all twenty-four learn, from stages that hand on
def trained(X, y, seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(a, b) for a, b in zip(WIDTHS, WIDTHS[1:])]
    for k, layer in enumerate(layers):
        nn.init.zeros_(layer.bias)
        if 1 <= k < 24:
            nn.init.normal_(layer.weight, 0, 0.1 / 12**0.5)
            with torch.no_grad():
                layer.weight += torch.eye(12)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    model = nn.Sequential(*[part for layer in layers for part in (layer, nn.ReLU())][:-1])
    points, wanted = torch.tensor(X).float(), torch.tensor(y).float()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], wanted)
        loss.backward()
        return loss

    optimizer.step(closure)
    arrays = [[part.detach().numpy() for part in (layer.weight.T, layer.bias)] for layer in layers]
    return [W for W, _ in arrays], [b for _, b in arrays]


def set_up(X, y):
    best, network = 0, None
    for seed in range(4):
        found = trained(X, y, seed)
        right = np.mean(pipeline(found, X) == y)
        if right > best:
            best, network = right, found
        if best > 0.98:
            break
    return network

# %% wrong: twenty-four layers as they come
# hint: nothing gets through the stages
def set_up(X, y):
    network = MLPClassifier(24 * (12,), solver="lbfgs", random_state=0).fit(X, y)
    return network.coefs_, network.intercepts_

# %% wrong: PyTorch's own first weights
# hint: nothing gets through the stages
def set_up(X, y):
    torch.manual_seed(0)
    layers = [nn.Linear(a, b) for a, b in zip(WIDTHS, WIDTHS[1:])]
    model = nn.Sequential(*[part for layer in layers for part in (layer, nn.ReLU())][:-1])
    points, wanted = torch.tensor(X).float(), torch.tensor(y).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(20):
        loss = nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    arrays = [[part.detach().numpy() for part in (layer.weight.T, layer.bias)] for layer in layers]
    return [W for W, _ in arrays], [b for _, b in arrays]

# %% wrong: one hidden layer, the rest hands on
# hint: one hidden layer of 12 is too little
def set_up(X, y):
    starts = [
        MLPClassifier((12,), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(3)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + 23 * [np.eye(12)] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 23 * [np.zeros(12)] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: the stages that hand on stand in front
# hint: below 0
def set_up(X, y):
    network = MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=0).fit(X, y)
    (W, *coefs), wide = network.coefs_, np.eye(2, 12)
    weights = [wide, *[np.eye(12)] * 20, wide.T @ W, *coefs]
    return weights, [*[np.zeros(12)] * 21, *network.intercepts_]

# %% wrong: the others filled with ones
# hint: change what they get
def set_up(X, y):
    starts = [
        MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + 21 * [np.ones((12, 12)) / 12] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 21 * [np.zeros(12)] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: the others filled at random
# hint: change what they get
def set_up(X, y):
    starts = [
        MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + list(np.random.default_rng(0).normal(0, (2 / 12) ** 0.5, size=(21, 12, 12))) + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 21 * [np.zeros(12)] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: biases of 1 in the stages that hand on
# hint: change what they get
def set_up(X, y):
    starts = [
        MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + 21 * [np.eye(12)] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 21 * [np.ones(12)] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: tanh learnt, ReLU on the chip
# hint: about 50 %
def set_up(X, y):
    starts = [
        MLPClassifier((12, 12, 12), activation="tanh", solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + 21 * [np.eye(12)] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 21 * [np.zeros(12)] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: the stages that learn alone
# hint: 25 of each
def set_up(X, y):
    starts = [
        MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + network.intercepts_[-1:]
    return weights, biases

# %% wrong: matrices as PyTorch has them
# hint: must be (2, 12)
def set_up(X, y):
    torch.manual_seed(0)
    sizes = [2] + 4 * [12] + [1]
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    parts = [part for layer in layers for part in (layer, nn.ReLU())][:-1]
    model = nn.Sequential(*parts)
    points, wanted = torch.tensor(X).float(), torch.tensor(y).float()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], wanted)
        loss.backward()
        return loss

    optimizer.step(closure)
    weights = [layer.weight.detach().numpy() for layer in layers]
    biases = [layer.bias.detach().numpy() for layer in layers]
    weights[-1:-1] = 20 * [np.eye(12)]
    biases[-1:-1] = 20 * [np.zeros(12)]
    return weights, biases

# %% wrong: drum 1 for every drum
# hint: learn from the points that the function is given
def set_up(X, y):
    X, _, y, _ = drum(1)
    starts = [
        MLPClassifier((12, 12, 12), solver="lbfgs", max_iter=300, random_state=seed).fit(X, y)
        for seed in range(1)
    ]
    network = max(starts, key=lambda n: n.score(X, y))
    weights = network.coefs_[:-1] + 21 * [np.eye(12)] + network.coefs_[-1:]
    biases = network.intercepts_[:-1] + 21 * [np.zeros(12)] + network.intercepts_[-1:]
    return weights, biases
