"""Understanding one message: intent, entities, emotion and language."""
