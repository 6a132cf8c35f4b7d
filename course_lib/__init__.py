"""The helper library of *Shallow to Deep*; importing it loads nothing, each module what it needs."""
