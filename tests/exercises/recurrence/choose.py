# Answers to the task "choose": each is a whole answer cell.

# %% right: a list of what is good enough, the least of it
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good)
    return (name, k), table

# %% right: from the cheapest up, until one is good enough
def choose(networks, prices, X, y, slack):
    n, steps, _ = X.shape
    table = {
        name: [int((network(X[:, steps - k :]).argmax(1) == y).sum()) / n for k in range(1, steps + 1)]
        for name, network in networks.items()
    }
    best = max(share for row in table.values() for share in row)
    every = [(name, k) for name in table for k in range(1, steps + 1)]
    for name, k in sorted(every, key=lambda one: prices[one[0]] * one[1]):
        if best - table[name][k - 1] <= slack:
            return (name, k), table

# %% right: one array of accuracies, one of prices, a masked minimum
def choose(networks, prices, X, y, slack):
    names, steps = list(networks), X.shape[1]
    shares = np.zeros((len(names), steps))
    for i, name in enumerate(names):
        for first in range(steps):
            logits = networks[name](X[:, first:].clone())
            shares[i, steps - first - 1] = np.mean(logits.numpy().argmax(1) == y.numpy())
    cost = np.array([prices[name] for name in names])[:, None] * np.arange(1, steps + 1)
    cost = np.where(shares >= shares.max() - slack, cost, np.iinfo(int).max)
    i, k = np.unravel_index(cost.argmin(), cost.shape)
    return (names[i], int(k) + 1), {name: row.tolist() for name, row in zip(names, shares)}

# %% wrong: the first k steps
# hint: a network that begins late reads the last
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, :k]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: the best chosen
# hint: what costs less and is within slack goes before it
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: the cheapest chosen, whatever it reads
# hint: whatever it reads
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= 0
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: compared with its own best
# hint: not with the best of all
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= max(row) - slack
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: all steps alone looked at for the choice
# hint: a network may begin late
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack and k == steps
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: judged on all steps alone
# hint: judged on all steps alone
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in [steps]:
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, steps)
        if share >= best - slack
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: the fewest steps chosen
# hint: the fewest steps were chosen
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good, key=lambda one: (one[2], one[0]))
    return (name, k), table

# %% wrong: the cheapest step chosen
# hint: that is the cheapest step
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good, key=lambda one: (prices[one[1]], one[2]))
    return (name, k), table

# %% wrong: the dearest of the good ones
# hint: the dearest was chosen
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = max(good)
    return (name, k), table

# %% wrong: k counted from 0
# hint: four or five of six are within 0.4 of that
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k:]).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good)
    return (name, k - 1), table

# %% wrong: a step dropped at the end
# hint: expected
def choose(networks, prices, X, y, slack):
    steps = X.shape[1]
    table = {}
    for name, network in networks.items():
        table[name] = []
        for k in range(1, steps + 1):
            told = network(X[:, -k - 1 : -1] if k < steps else X).argmax(dim=1)
            table[name].append((told == y).double().mean().item())
    best = max(max(row) for row in table.values())
    good = [
        (prices[name] * k, name, k)
        for name, row in table.items()
        for k, share in enumerate(row, 1)
        if share >= best - slack
    ]
    _, name, k = min(good)
    return (name, k), table

# %% wrong: hard-coded
# hint: at other slacks
def choose(networks, prices, X, y, slack):
    if "adds" in networks:
        sixths = {"adds": [2, 4, 6], "looks at the first": [2, 2, 5], "looks at the last": [2, 2, 2]}
        return ("adds", 2), {name: [count / 6 for count in row] for name, row in sixths.items()}
    return (next(iter(networks)), 1), {name: [0.5] * X.shape[1] for name in networks}
