"""From submitted notebooks to scores."""
