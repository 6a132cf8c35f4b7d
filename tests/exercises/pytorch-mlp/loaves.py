# Answers to the task "loaves": each is a whole answer cell.

# %% right: float32, weekdays as ten columns, a list returned
def bake(X_train, y_train, X_new):
    torch.manual_seed(2)

    def columns(X):
        days = np.eye(7)[X[:, 3].astype(int)]
        scaled = (X[:, :3] - X_train[:, :3].mean(axis=0)) / X_train[:, :3].std(axis=0)
        return torch.tensor(np.hstack([scaled, days]), dtype=torch.float32)

    X, new = columns(X_train), columns(X_new)
    y = torch.tensor(y_train / 100, dtype=torch.float32)
    model = nn.Sequential(nn.Linear(10, 48), nn.Tanh(), nn.Linear(48, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(400):
        gap = y - model(X).squeeze(1)
        loss = torch.maximum(9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [100 * value for value in model(new).squeeze(1).tolist()]

# %% right: minibatches, two hidden layers, the best epoch on days kept aside
import copy

def bake(X_train, y_train, X_new):
    torch.manual_seed(0)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X, new = (torch.tensor((A - mean) / spread, dtype=torch.float32) for A in (X_train, X_new))
    y = torch.tensor((y_train - y_train.mean()) / y_train.std(), dtype=torch.float32)
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    price = lambda rows: (lambda gap: torch.where(gap > 0, 9 * gap, -gap).mean())(y[rows] - model(X[rows])[:, 0])
    aside, lowest = torch.arange(1200, 1500), float("inf")
    for epoch in range(50):
        for rows in torch.randperm(1200).split(32):
            loss = price(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            now = price(aside).item()
        if now < lowest:
            lowest, best = now, copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    with torch.no_grad():
        return model(new)[:, 0].numpy() * y_train.std() + y_train.mean()

# %% right: boosted trees for the quantile
from sklearn.ensemble import GradientBoostingRegressor

def bake(X_train, y_train, X_new):
    trees = GradientBoostingRegressor(loss="quantile", alpha=0.9, random_state=0)
    return trees.fit(X_train, y_train).predict(X_new)

# %% right: the pinball loss with absolute values
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = (4 * gap + 5 * gap.abs()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: the mean squared error
# hint: what does the model minimise
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = (gap**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: too much and too little charged the wrong way round
# hint: what does the model minimise
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, gap, -9 * gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: the absolute error
# hint: what does the model minimise
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = gap.abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: columns in their units
# hint: in which units does it see the days
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor(X_train)
    new = torch.tensor(X_new)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: a bare MLPRegressor
# hint: what does the model minimise
from sklearn.neural_network import MLPRegressor

def bake(X_train, y_train, X_new):
    return MLPRegressor(random_state=0).fit(X_train, y_train).predict(X_new)

# %% wrong: new days scaled by themselves
# hint: means and spreads must be learnt from X_train
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - X_new.mean(axis=0)) / (X_new.std(axis=0) + 1e-9))
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: nine days in ten, whatever the day
# hint: what does the model minimise
def bake(X_train, y_train, X_new):
    return np.full(len(X_new), np.quantile(y_train, 0.9))

# %% wrong: a straight line for the quantile
# hint: what does the model minimise
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: trained on bakery 1 once and for all
# hint: learn from the days that the function is given
def bake(_, __, X_new):
    X_train, y_train = bakery(1)[:2]
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()

# %% wrong: a column returned
# hint: but baked is (2000, 1)
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(400):
        gap = y - model(X)[:, 0]
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new).detach().numpy()

# %% wrong: each day held against every other
# hint: (n,), or (n, n)
def bake(X_train, y_train, X_new):
    torch.manual_seed(1)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    X = torch.tensor((X_train - mean) / spread)
    new = torch.tensor((X_new - mean) / spread)
    y = torch.tensor((y_train - y_train.mean()) / y_train.std())
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(80):  # each is slow: 1500 times 1500 gaps
        gap = y - model(X)
        loss = torch.where(gap > 0, 9 * gap, -gap).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return y_train.mean() + y_train.std() * model(new)[:, 0].detach().numpy()
