"""The Rasa project: data, configuration, the sentence encoder's component and the server.

`duet_text` is shared with the main environment and keeps to the standard library and Python 3.10;
everything else here runs in Rasa's own environment only.
"""
