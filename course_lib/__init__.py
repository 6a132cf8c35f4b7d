"""The helper library of *Shallow to Deep*; importing it loads nothing but itself."""
