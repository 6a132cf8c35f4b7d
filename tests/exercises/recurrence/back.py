# Answers to the task "back": each is a whole answer cell.

# %% right: step by step
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% right: one sequence at a time, by outer products
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    found = {"W": np.zeros((H, X.shape[2])), "U": np.zeros((H, H)), "b": np.zeros(H)}
    squares = np.zeros(steps)
    for x, h, d in zip(X, states, direct):
        delta = np.zeros(H)
        for t in range(steps - 1, -1, -1):
            delta = d[t] + delta
            squares[t] += delta @ delta
            inside = (1 - h[t] * h[t]) * delta
            found["W"] += np.outer(inside, x[t])
            if t > 0:
                found["U"] += np.outer(inside, h[t - 1])
            found["b"] += inside
            delta = U.T @ inside
    return found | {"reach": np.sqrt(squares)}

# %% right: by autograd, of the step made linear
def through_time(X, states, U, direct):
    X, H_, U, D = (torch.tensor(a) for a in (X, states, U, direct))
    n, steps, H = H_.shape
    W = torch.zeros(H, X.shape[2], dtype=torch.float64, requires_grad=True)
    b = torch.zeros(H, dtype=torch.float64, requires_grad=True)
    V = U.clone().requires_grad_()
    h, hs, loss = torch.zeros(n, H, dtype=torch.float64), [], 0
    before = torch.zeros(n, H, dtype=torch.float64)
    for t in range(steps):
        # a change of the sum inside tanh, multiplied with its slope; the value is what was kept
        a = X[:, t] @ W.T + b + (before + h - h.detach()) @ V.T
        h = H_[:, t] + (1 - H_[:, t] ** 2) * (a - a.detach())
        hs.append(h)
        before = H_[:, t]
        loss = loss + (D[:, t] * h).sum()
    found = torch.autograd.grad(loss, [W, V, b, *hs], allow_unused=True)
    found = [torch.zeros_like(V) if g is None else g for g in found]
    return dict(zip("WUb", (g.numpy() for g in found[:3]))) | {
        "reach": np.array([g.norm().item() for g in found[3:]])
    }

# %% wrong: not handed on
# hint: does not go on to the step before
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t]
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: the loss looks at the last state alone
# hint: says directly to an earlier state is lost
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] if t == steps - 1 else later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: the slope missing
# hint: the slope of tanh is missing
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: the slope of the state before
# hint: h is the state of this step
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        before = states[:, t - 1] if t else np.zeros((n, H))
        inside = (1 - (before if t else states[:, 0]) ** 2) * delta
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: this state for the one before
# hint: U belongs to the state before the step
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ states[:, t]
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: U not turned on the way back
# hint: through U the wrong way round
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U.T
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: U missing on the way back
# hint: which is missing
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: means over the sequences
# hint: sums over the sequences, not means
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum / n, "U": U_sum / n, "b": b_sum / n, "reach": reach}

# %% wrong: the last step alone
# hint: only one of them is there
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        if t < steps - 1:
            reach[t], later = np.linalg.norm(delta), inside @ U
            continue
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: reach from last to first
# hint: reach goes from the first step to the last
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach[::-1]}

# %% wrong: the gradient of U turned
# hint: its rows belong to the new state
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum.T, "b": b_sum, "reach": reach}

# %% wrong: the state wraps round before the first step
# hint: before the first step the state is 0
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1]
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: direct added to in place
# hint: the arrays stay as they are
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t]
        delta += later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta)
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}

# %% wrong: the norm by sequence, averaged
# hint: all sequences at once
def through_time(X, states, U, direct):
    n, steps, H = states.shape
    W_sum, U_sum, b_sum = np.zeros((H, X.shape[2])), np.zeros((H, H)), np.zeros(H)
    reach, later = np.zeros(steps), np.zeros((n, H))
    for t in reversed(range(steps)):
        delta = direct[:, t] + later
        inside = (1 - states[:, t] ** 2) * delta
        before = states[:, t - 1] if t else np.zeros((n, H))
        W_sum += inside.T @ X[:, t]
        U_sum += inside.T @ before
        b_sum += inside.sum(axis=0)
        reach[t] = np.linalg.norm(delta) / n**0.5
        later = inside @ U
    return {"W": W_sum, "U": U_sum, "b": b_sum, "reach": reach}
