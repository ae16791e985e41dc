"""Written by `python -m bot.weights.train`; not to be edited by hand."""

WEIGHTS: dict[str, dict[str, float]] = {
    "article": {"own": 0.63, "outside": 1.18, "intercept": 0.95},
    "skill": {"confidence": 0.86, "article": 0.83, "intercept": 0.86},
}
