"""Written by `python -m bot.weights.train`; not to be edited by hand."""

WEIGHTS: dict[str, dict[str, float]] = {
    "article": {"own": 0.63, "outside": 1.18, "intercept": 1.35},
    "skill": {"confidence": 1.23, "article": 0.91, "intercept": -0.30},
}
