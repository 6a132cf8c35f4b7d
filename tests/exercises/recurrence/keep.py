# Answers to the task "keep": each is a whole answer cell.

# %% right: with the math module
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps))

# %% right: torch, in float64, by logsigmoid
def share_left(bias, steps):
    log_gate = nn.functional.logsigmoid(torch.tensor(float(bias), dtype=torch.float64))
    return (steps * log_gate).exp().item()

def bias_for(share, steps):
    if not 0 < share < 1 or steps < 1:
        raise ValueError(f"{share}, {steps}")
    rate = -torch.tensor(share, dtype=torch.float64).log() / steps
    return -rate.expm1().log().item()

# %% right: logaddexp, and the bias by the logarithm of a difference
def share_left(bias, steps):
    return np.exp(-steps * np.logaddexp(0.0, -bias)).item()

def bias_for(share, steps):
    if steps < 1:
        raise ValueError("no step")
    if not 0 < share < 1:
        raise ValueError("no share")
    a = np.log(share) / steps
    return float(a - np.log(-np.expm1(a)))

# %% wrong: the gate itself, and its digits lost
# hint: close to 1 the gate has no digits left, in either function
import math

def share_left(bias, steps):
    return (1 / (1 + math.exp(-bias))) ** steps

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return math.log((f := share ** (1 / steps)) / (1 - f)) if share ** (1 / steps) < 1 else 50.0

# %% wrong: the bias by way of the gate
# hint: close to 1 the gate has no digits left, in bias_for
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return math.log((f := share ** (1 / steps)) / (1 - f)) if share ** (1 / steps) < 1 else 50.0

# %% wrong: the share by way of the gate
# hint: close to 1 the gate has no digits left, in share_left
import math

def share_left(bias, steps):
    return (1 / (1 + math.exp(-bias))) ** steps

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps))

# %% wrong: log of 1 + x without log1p
# hint: close to 1 the gate itself has no digits left
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log(1 + math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps))

# %% wrong: exp of x, minus 1
# hint: close to 1 the gate itself has no digits left
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return -math.log(max(1e-300, math.exp(-math.log(share) / steps) - 1))

# %% wrong: the steps do nothing
# hint: the steps do nothing
import math

def share_left(bias, steps):
    return math.exp(-math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share)))

# %% wrong: divided by the steps for a root
# hint: a root is wanted
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return math.log(share / steps / (1 - share / steps))

# %% wrong: the sign of what is lost
# hint: the sign of what is lost
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return math.log(math.expm1(-math.log(share) / steps))

# %% wrong: the gate returned for its bias
# hint: returns the gate, not its bias
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        raise ValueError
    return share ** (1 / steps)

# %% wrong: a share of 0 or 1 and beyond not refused
# hint: a share outside 0 and 1 is not refused
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if not 0 < share < 1:
        return math.inf
    if steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps))

# %% wrong: no step not refused
# hint: a number of steps below 1 is not refused
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if steps < 1 and 0 < share < 1:
        return -math.inf
    if share <= 0 or share >= 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps))

# %% wrong: nothing refused
# hint: nothing is refused
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share >= 1 or steps < 1:
        return 0.0
    return -math.log(math.expm1(-math.log(share) / steps))

# %% wrong: a share of 1 passes
# hint: look at what has to be refused
import math

def share_left(bias, steps):
    return math.exp(-steps * math.log1p(math.exp(-bias)))

def bias_for(share, steps):
    if share <= 0 or share > 1 or steps < 1:
        raise ValueError
    return -math.log(math.expm1(-math.log(share) / steps) or 1e-300)
