# Answers to the task "stuck": each is a whole answer cell.

# %% right: scipy's interval, a loop for the starts
from scipy.stats import binomtest

def plan_starts(learns, n_starts, target):
    stuck = [not learns(seed) for seed in range(n_starts)]
    interval = binomtest(sum(stuck), n_starts).proportion_ci(method="wilson")
    starts = 1
    while interval.high**starts > 1 - target and not all(stuck):
        starts += 1
    return np.mean(stuck), interval.low, interval.high, None if all(stuck) else starts

# %% right: the roots of Wilson's quadratic, a list, NumPy numbers
def plan_starts(learns, n_starts, target):
    p = 1 - np.mean([bool(learns(seed)) for seed in np.arange(n_starts)])
    t = 1.96**2 / n_starts
    low, high = sorted(np.roots([1 + t, -2 * p - t, p**2]).real)
    if p == 1:
        return [p, low, high, None]
    return [p, low, high, np.ceil(np.log(1 - target) / np.log(high))]

# %% right: seeds asked backwards, powers in an array
def plan_starts(learns, n_starts, target):
    failed = [seed for seed in reversed(range(n_starts)) if not learns(seed)]
    k, n, z = len(failed), n_starts, 1.96
    middle = (k + z**2 / 2) / (n + z**2)
    reach = z * (k * (n - k) / n + z**2 / 4) ** 0.5 / (n + z**2)
    if k == n:
        return k / n, middle - reach, middle + reach, None
    powers = (middle + reach) ** np.arange(1, 5000)
    return k / n, middle - reach, middle + reach, int((powers <= 1 - target).argmax()) + 1

# %% right: the ends clipped to 0 and 1
import math

def plan_starts(learns, n_starts, target):
    n, z = n_starts, 1.96
    k = n - sum(bool(learns(seed)) for seed in range(n))
    reach = z * math.sqrt(k * (n - k) / n + z**2 / 4)
    low = max(0.0, (k + z**2 / 2 - reach) / (n + z**2))
    high = min(1.0, (k + z**2 / 2 + reach) / (n + z**2))
    starts = None if k == n else math.ceil(math.log(1 - target, high))
    return k / n, low, high, starts

# %% wrong: the share that learned
# hint: that is the share that learned
import math

def plan_starts(learns, n_starts, target):
    learned = sum(learns(seed) for seed in range(n_starts))
    low, high = wilson(learned, n_starts)
    if learned == n_starts:
        return 1.0, low, high, None
    return learned / n_starts, low, high, math.ceil(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: seeds from 1
# hint: the seeds are 0 to n_starts - 1
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(1, n_starts + 1))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: the same seed every time
# hint: every start used the same seed
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(0) for _ in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: the usual interval
# hint: that is the usual interval
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    p = stuck / n_starts
    half = 1.96 * math.sqrt(p * (1 - p) / n_starts)
    low, high = p - half, p + half
    if stuck == n_starts:
        return p, low, high, None
    starts = math.ceil(math.log(1 - target) / math.log(high)) if high > 0 else 1
    return p, low, high, starts

# %% wrong: Wilson's ends not divided
# hint: both ends are divided by 1 + z²/n
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    p, z = stuck / n_starts, 1.96
    middle = p + z**2 / (2 * n_starts)
    reach = z * math.sqrt(p * (1 - p) / n_starts + z**2 / (4 * n_starts**2))
    low, high = middle - reach, middle + reach
    if stuck == n_starts or high >= 1:
        return p, low, high, None
    return p, low, high, math.ceil(math.log(1 - target) / math.log(high))

# %% wrong: Wilson's middle left at the share
# hint: is missing beside the share
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    p, z = stuck / n_starts, 1.96
    middle = p
    reach = z * math.sqrt(p * (1 - p) / n_starts + z**2 / (4 * n_starts**2))
    low, high = (middle - reach) / (1 + z**2 / n_starts), (middle + reach) / (1 + z**2 / n_starts)
    if stuck == n_starts or high >= 1:
        return p, low, high, None
    return p, low, high, math.ceil(math.log(1 - target) / math.log(high))

# %% wrong: Wilson's root with n in place of n squared
# hint: with n squared
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    p, z = stuck / n_starts, 1.96
    middle = p + z**2 / (2 * n_starts)
    reach = z * math.sqrt(p * (1 - p) / n_starts + z**2 / (4 * n_starts))
    low, high = (middle - reach) / (1 + z**2 / n_starts), (middle + reach) / (1 + z**2 / n_starts)
    if stuck == n_starts or high >= 1:
        return p, low, high, None
    return p, low, high, math.ceil(math.log(1 - target) / math.log(high))

# %% wrong: planned for the observed share
# hint: not for the observed share
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    p = stuck / n_starts
    if stuck == n_starts:
        return p, low, high, None
    return p, low, high, math.ceil(math.log(1 - target) / math.log(p)) if p > 0 else 1

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: planned for the lower end
# hint: not for the lower
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    starts = math.ceil(math.log(1 - target) / math.log(low)) if stuck else 1
    return stuck / n_starts, low, high, starts

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: rounded down
# hint: one too few
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, int(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: the starts needed on average
# hint: that is no guarantee
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(1 / (1 - high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: the target where one minus the target belongs
# hint: with probability 1 - target, not target
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: each seed asked again for the decision
# hint: learns must be asked once for each of the seeds
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if not any(learns(seed) for seed in range(n_starts)):
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: always ten starts and 99 per cent
# hint: n_starts and target are given, not 10 and 0.99
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(0.01) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)

# %% wrong: none stuck means that none ever gets stuck
# hint: where none did, the interval still has a width
import math

def plan_starts(learns, n_starts, target):
    stuck = sum(not learns(seed) for seed in range(n_starts))
    if stuck == 0:
        return 0.0, 0.0, 0.0, 1
    low, high = wilson(stuck, n_starts)
    if stuck == n_starts:
        return 1.0, low, high, None
    return stuck / n_starts, low, high, math.ceil(math.log(1 - target) / math.log(high))

def wilson(k, n):
    p, t = k / n, 1.96**2 / n
    reach = 1.96 * math.sqrt(p * (1 - p) / n + t / (4 * n))
    return (p + t / 2 - reach) / (1 + t), (p + t / 2 + reach) / (1 + t)
