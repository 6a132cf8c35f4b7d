# Answers to the task "mend": each is a whole answer cell.

# %% right: one sequence at a time, cut to its length
def last_states(X, lengths, weights, size):
    layer = nn.LSTM(X.shape[2], weights["weight_hh_l0"].shape[1])
    layer.load_state_dict(weights)
    rows = []
    for x, length in zip(X, lengths.tolist()):
        rows.append(layer(x[:length, None])[1][0][0, 0].detach())
    return torch.stack(rows)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% right: packed sequences, and a copy clipped by PyTorch
def last_states(X, lengths, weights, size):
    layer = nn.LSTM(X.shape[2], weights["weight_hh_l0"].shape[1], batch_first=True)
    layer.load_state_dict(weights)
    parts = []
    with torch.no_grad():
        for x, ends in zip(X.split(size), lengths.split(size)):
            packed = nn.utils.rnn.pack_padded_sequence(
                x, ends, batch_first=True, enforce_sorted=False
            )
            parts.append(layer(packed)[1][0][0])
    return torch.cat(parts)

def clip(gradients, longest):
    copies = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for copy, g in zip(copies, gradients):
        copy.grad = g.clone()
    nn.utils.clip_grad_norm_(copies, longest)
    return [copy.grad for copy in copies]

# %% right: time moved to the front, the states gathered
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H)
    layer.load_state_dict(weights)
    out = torch.empty(len(X), H)
    for start in range(0, len(X), size):
        part, ends = X[start : start + size], lengths[start : start + size]
        with torch.inference_mode():
            states = layer(part.transpose(0, 1))[0]
        index = (ends - 1)[None, :, None].expand(1, -1, H)
        out[start : start + size] = states.gather(0, index)[0]
    return out

def clip(gradients, longest):
    norm = float(np.sqrt(sum(float(g.double().square().sum()) for g in gradients)))
    if norm <= longest:
        return [g.clone() for g in gradients]
    return [g / norm * longest for g in gradients]

# %% wrong: the starter unchanged
# hint: must not depend on what else is read
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H)
    layer.load_state_dict(weights)
    found, state = [], None
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, state = layer(X[rows], state)
            found.append(states[:, -1])
    return torch.cat(found)

def clip(gradients, longest):
    return [g * min(1, longest / g.norm()) for g in gradients]

# %% wrong: the state still carried over
# hint: another state behind another batch than alone
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found, state = [], None
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            if state is not None and state[0].shape[1] != len(rows):
                state = None
            states, state = layer(X[rows], state)
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the state still carried over, the padding read
# hint: something is handed on — and another state with padding
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found, state = [], None
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            if state is not None and state[0].shape[1] != len(rows):
                state = None
            states, state = layer(X[rows], state)
            found.append(states[:, -1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: time still taken for the batch
# hint: another state in company than alone
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the state after the padding
# hint: another state with padding than without
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[:, -1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: axes and padding left as they were
# hint: the axes are mixed up
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[:, -1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: one step too far
# hint: read a sequence alone
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), (lengths[rows]).clamp(max=X.shape[1] - 1)])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: lengths of the first batch for all
# hint: read a sequence alone
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[: len(rows)] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the state c for the state h
# hint: read a sequence alone
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            for x, end in zip(X[rows], lengths[rows]):
                found.append(layer(x[None, :end])[1][1][0])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the last batch left out if it is smaller
# hint: smaller last batches
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            if len(rows) < min(size, len(X)):
                continue
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: each gradient clipped on its own
# hint: and the direction changes
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    return [g * min(1, longest / max(g.norm().item(), 1e-12)) for g in gradients]

# %% wrong: each number clipped on its own
# hint: both gradients have one factor
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    return [g.clamp(-longest, longest) for g in gradients]

# %% wrong: short gradients made longer
# hint: short gradients are left as they are
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients) ** 0.5
    factor = longest / max(norm, 1e-12)
    return [factor * g for g in gradients]

# %% wrong: norms added up
# hint: lengths are not added
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum(g.norm() for g in gradients)
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the longest of the norms
# hint: the longest of them is not the length of all
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = max(g.norm() for g in gradients)
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: the root forgotten
# hint: its root is missing
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum((g ** 2).sum() for g in gradients)
    factor = min(1.0, longest / max(norm, 1e-12))
    return [factor * g for g in gradients]

# %% wrong: divided by zero
# hint: which factor do gradients get that are all zero
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum(g.square().sum() for g in gradients).sqrt()
    return [g * longest / norm if not norm <= longest or norm == 0 else g for g in gradients]

# %% wrong: clipped in place
# hint: are those that were given as they were
def last_states(X, lengths, weights, size):
    H = weights["weight_hh_l0"].shape[1]
    layer = nn.LSTM(X.shape[2], H, batch_first=True)
    layer.load_state_dict(weights)
    found = []
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(size):
            states, _ = layer(X[rows])
            found.append(states[torch.arange(len(rows)), lengths[rows] - 1])
    return torch.cat(found)

def clip(gradients, longest):
    norm = sum(g.square().sum() for g in gradients).sqrt()
    for g in gradients:
        g.mul_(longest / norm if norm > longest else 1)
    return gradients
