# Answers to the task "decide": each is a whole answer cell.

# %% right: loops alone
def decide(trials, target, limit):
    found = {}
    for trial in trials:
        n_seeds, n_epochs = trial["validation"].shape
        for epoch in range(n_epochs):
            mean = sum(trial["validation"][s][epoch] for s in range(n_seeds)) / n_seeds
            if mean >= target and trial["parameters"] <= limit:
                test = sum(row[epoch] for row in trial["test"]) / len(trial["test"])
                found[(epoch + 1) * trial["seconds"]] = (trial["name"], epoch + 1, test)
                break
    return found[min(found)] if found else None

# %% right: sorted by seconds until the target
def decide(trials, target, limit):
    def epochs(trial):
        above = np.average(trial["validation"], axis=0) >= target
        return 1 + list(above).index(True) if above.any() else np.inf

    fits = [trial for trial in trials if trial["parameters"] <= limit]
    fits.sort(key=lambda trial: epochs(trial) * trial["seconds"])
    if not fits or np.isinf(epochs(fits[0])):
        return None
    n = epochs(fits[0])
    return fits[0]["name"], n, np.mean(fits[0]["test"], axis=0)[n - 1]

# %% right: in PyTorch, a list returned
def decide(trials, target, limit):
    answer = None
    for trial in trials:
        curve = torch.from_numpy(trial["validation"]).mean(dim=0)
        hit = (curve >= target).nonzero().ravel()
        if trial["parameters"] <= limit and hit.numel():
            k = int(hit[0])
            offer = ((k + 1) * trial["seconds"], trial["name"], k + 1, trial["test"][:, k].mean())
            answer = offer if answer is None or offer[0] < answer[0] else answer
    return None if answer is None else answer[1:]

# %% wrong: decided on test data
# hint: the test data decided
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["test"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the best seed decides
# hint: one seed reaches the target
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].max(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the worst seed decides
# hint: the worst seed decided
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].min(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the first seed decides
# hint: one seed decided
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"][0]
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: trained to the end
# hint: the first epoch at which it reaches
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = len(curve)
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: trained to the best epoch
# hint: it need not be the best
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int(curve.argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: no memory is too small
# hint: does not fit
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if False:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: validation promised
# hint: what decided is no promise
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["validation"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the best test accuracy promised
# hint: not the best of all
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"].mean(axis=0).max()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the promise of the epoch after
# hint: is that of the epoch before
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 2].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: epochs counted from 0
# hint: stands for one epoch
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax())
        promise = trial["test"][:, epochs].mean()
        cost = (epochs + 1) * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the fewest epochs
# hint: not the fewest epochs
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the quickest epoch
# hint: not of one
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the smallest network
# hint: not the smallest
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = trial["parameters"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the best promise
# hint: not the best
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = -promise
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: strictly above the target
# hint: include the equal
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() <= target:
            continue
        epochs = int((curve > target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: strictly within the memory
# hint: include the equal
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] >= limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the last curve point must hold
# hint: whatever comes after it
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve[-1] < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: the whole curve is paid
# hint: not those of the whole curve
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax()) + 1
        promise = trial["test"][:, epochs - 1].mean()
        cost = len(curve) * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer

# %% wrong: epochs from 0, which take no seconds
# hint: for 0 epochs
def decide(trials, target, limit):
    best, answer = float("inf"), None
    for trial in trials:
        if trial["parameters"] > limit:
            continue
        curve = trial["validation"].mean(axis=0)
        if curve.max() < target:
            continue
        epochs = int((curve >= target).argmax())
        promise = trial["test"][:, epochs].mean()
        cost = epochs * trial["seconds"]
        if cost < best:
            best, answer = cost, (trial["name"], epochs, float(promise))
    return answer
