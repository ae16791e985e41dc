"""Written by `python -m bot.weights.train`; not to be edited by hand."""

WEIGHTS: dict[str, dict[str, float]] = {
    "article": {"own": 0.9, "outside": 0.7, "intercept": 0.8},
    "skill": {"confidence": 1.0, "article": 0.5, "intercept": -0.4},
}
