# Answers to the task "pump": each is a whole answer cell.

# %% right: gates set by hand from the lag, in a class, a list returned
class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.out = nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 2)
        with torch.no_grad():
            bias = torch.linspace(2, 100, 16).log()
            self.layer.bias_ih_l0[:16], self.layer.bias_ih_l0[16:32] = -bias, bias
            self.layer.bias_hh_l0[:32] = 0

    def forward(self, x):
        return self.out(self.layer(x)[1][0][-1])

def tell(X_train, y_train, X_new):
    torch.manual_seed(5)
    X, y, model = torch.from_numpy(X_train), torch.from_numpy(y_train), Memory()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(20):
        for rows in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[rows]), y[rows]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    with torch.no_grad():
        return model(torch.from_numpy(X_new)).max(dim=1).indices.tolist()

# %% right: a GRU that remembers, gradients clipped
def tell(X_train, y_train, X_new):
    torch.manual_seed(2)
    X, y = torch.tensor(X_train), torch.tensor(y_train)
    layer, out = nn.GRU(8, 16, batch_first=True), nn.Linear(16, 2)
    remember(layer, 100)
    parameters = [*layer.parameters(), *out.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.02)
    for _ in range(10):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(out(layer(X[rows])[0][:, -1]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
    with torch.no_grad():
        return out(layer(torch.tensor(X_new))[0][:, -1]).argmax(dim=1).numpy()

# %% right: the best epoch on logs kept aside
import copy

def tell(X_train, y_train, X_new):
    torch.manual_seed(0)
    X, y = torch.tensor(X_train), torch.tensor(y_train)
    model = SequenceModel("LSTM", 8, 16, 2, memory=100)
    optimizer, best = torch.optim.AdamW(model.parameters(), lr=0.01), -1
    for _ in range(24):
        for rows in torch.randperm(850).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        with torch.no_grad():
            share = (model(X[850:]).argmax(1) == y[850:]).float().mean().item()
        if share > best:
            best, kept = share, copy.deepcopy(model.state_dict())
        if share == 1:
            break
    model.load_state_dict(kept)
    return model(torch.tensor(X_new)).argmax(1).numpy()

# %% right: without a network: the two codes whose last places tell the training logs
def tell(X_train, y_train, X_new):
    def later(X):
        last = (X * np.arange(1, X.shape[1] + 1)[:, None]).max(axis=1)
        return last[:, :, None] > last[:, None, :]  # (n, 8, 8)

    hits = (later(X_train) == y_train[:, None, None]).mean(axis=0)
    on, off = np.unravel_index(hits.argmax(), hits.shape)
    return later(X_new)[:, on, off].astype(int)

# %% wrong: an LSTM as it comes
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a GRU as it comes
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("GRU", 8, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a plain network as it comes
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("RNN", 8, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a forget bias of 1
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2, forget_bias=1.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: more units
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 64, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a plain network that begins as a rotation
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("RNN", 8, 16, 2, memory=100)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: how often each code occurs
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train.sum(axis=1), y_train, X_new.sum(axis=1)))
    model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a multilayer perceptron on all steps
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = nn.Sequential(nn.Flatten(), nn.Linear(800, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: trained on station 1 once and for all
# hint: learn from the logs that the function is given
def tell(X_train, y_train, X_new):
    torch.manual_seed(0)
    X_train, y_train = station(1)[:2]
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2, memory=100)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(20):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: a memory of five steps
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2, memory=5)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).argmax(dim=1).numpy()

# %% wrong: the state after the first step
# hint: what happened 80 steps ago does not arrive
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2, memory=100)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(2):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows].flip(1)[:, -1:]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new.flip(1)[:, -1:]).argmax(dim=1).numpy()

# %% wrong: logits returned
# hint: but told is (300, 2)
def tell(X_train, y_train, X_new):
    torch.manual_seed(1)
    X, y, new = (torch.tensor(part) for part in (X_train, y_train, X_new))
    model = SequenceModel("LSTM", 8, 16, 2, memory=100)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(1):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(new).detach().numpy()
