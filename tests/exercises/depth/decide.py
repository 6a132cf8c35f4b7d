# Answers to the task "decide": each is a whole answer cell.

# %% right: plain Python
import statistics

from scipy.stats import t as student

def choose_depth(score, depths, n_seeds):
    runs = {}
    for seed in range(n_seeds):
        for depth in depths:
            runs[depth, seed] = score(depth, seed)
    seeds = range(n_seeds)
    mean = {d: statistics.fmean(runs[d, s][0] for s in seeds) for d in depths}
    best = min(depths, key=lambda d: (-mean[d], d))
    told = {}
    for d in depths:
        gaps = [runs[best, s][0] - runs[d, s][0] for s in seeds]
        reach = student.ppf(0.975, n_seeds - 1) * statistics.stdev(gaps) / n_seeds**0.5
        told[d] = statistics.fmean(gaps) - reach, statistics.fmean(gaps) + reach
    chosen = min(d for d in depths if not told[d][0] > 0)
    test = statistics.fmean(runs[chosen, s][1] for s in seeds)
    return {"best": best, "chosen": chosen, "gap": told[chosen], "test": test}

# %% right: one array for everything
def choose_depth(score, depths, n_seeds):
    order = sorted(depths)
    table = np.array([[score(depth, seed) for seed in range(n_seeds)] for depth in order])
    best = int(table[:, :, 0].mean(axis=1).argmax())
    gaps = table[best, :, 0] - table[:, :, 0]
    middle = gaps.mean(axis=1)
    reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(axis=1, ddof=1) / np.sqrt(n_seeds)
    pick = int(np.argmax(middle - reach <= 0))
    return {
        "best": order[best],
        "chosen": order[pick],
        "gap": (float(middle[pick] - reach[pick]), float(middle[pick] + reach[pick])),
        "test": float(table[pick, :, 1].mean()),
    }

# %% right: a paired t-test
def choose_depth(score, depths, n_seeds):
    runs = {k: list(zip(*[score(k, s) for s in range(n_seeds)])) for k in sorted(depths)}
    best = max(runs, key=lambda k: np.mean(runs[k][0]))
    for k, (validation, test) in runs.items():
        if k == best:
            return {"best": best, "chosen": k, "gap": (0.0, 0.0), "test": np.mean(test)}
        gaps = np.subtract(runs[best][0], validation)
        if np.ptp(gaps) == 0:
            low = high = gaps[0]
        else:
            low, high = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
        if low <= 0:
            return {"best": best, "chosen": k, "gap": (low, high), "test": np.mean(test)}

# %% wrong: the best mean
# hint: that is the best mean
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if depth == best:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: test accuracies decide
# hint: test accuracies have taken part
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: test[depth].mean())
    for depth in sorted(depths):
        gaps = test[best] - test[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: the validation accuracy reported
# hint: the validation accuracy is reported
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": validation[depth].mean()}

# %% wrong: the best depth's test accuracy reported
# hint: is that of the best depth: you would use the chosen one
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[best].mean()}

# %% wrong: the luckiest seed's test accuracy
# hint: averaged over all seeds
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth][validation[depth].argmax()]}

# %% wrong: the luckiest seed wins
# hint: not the luckiest seed
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].max())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: two samples that know nothing of one another
# hint: seed by seed
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * (0 if depth == best else ((validation[best].var(ddof=1) + validation[depth].var(ddof=1)) / n_seeds) ** 0.5)
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: s divided by n
# hint: divided by n - 1
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=0) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: 1.96
# hint: not 1.96
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = 1.96 * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: one-sided t
# hint: each leaves 2.5 % out
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.95, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: n degrees of freedom
# hint: n - 1 degrees of freedom
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: the spread of one network, not of the mean
# hint: the root of n
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1)
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: other minus best
# hint: not other minus best
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (-high, -low), "test": test[depth].mean()}

# %% wrong: the deepest that cannot be told
# hint: the shallowest of those that cannot be told is wanted
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths, reverse=True):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: depths in the order given
# hint: in whatever order the depths come
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in depths:
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: hard-coded
# hint: best by validation
def choose_depth(score, depths, n_seeds):
    _ = [score(depth, seed) for depth in depths for seed in range(n_seeds)]
    return {"best": 5, "chosen": 3, "gap": (-0.018919, 0.034919), "test": 0.886}

# %% wrong: a tie goes to the deepest
# hint: of equal means the shallowest
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        pairs = [score(depth, seed) for seed in range(n_seeds)]
        validation[depth] = np.array([pair[0] for pair in pairs])
        test[depth] = np.array([pair[1] for pair in pairs])
    best = max(sorted(depths, reverse=True), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}

# %% wrong: trained twice, once for each accuracy
# hint: every network is trained twice
def choose_depth(score, depths, n_seeds):
    validation, test = {}, {}
    for depth in depths:
        validation[depth] = np.array([score(depth, seed)[0] for seed in range(n_seeds)])
        test[depth] = np.array([score(depth, seed)[1] for seed in range(n_seeds)])
    best = max(sorted(depths), key=lambda depth: validation[depth].mean())
    for depth in sorted(depths):
        gaps = validation[best] - validation[depth]
        reach = stats.t.ppf(0.975, n_seeds - 1) * gaps.std(ddof=1) / n_seeds**0.5
        low, high = gaps.mean() - reach, gaps.mean() + reach
        if low <= 0:
            return {"best": best, "chosen": depth, "gap": (low, high), "test": test[depth].mean()}
