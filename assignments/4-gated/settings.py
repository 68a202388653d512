"""The settings of the baselines, one for each task, the same for every cell.

A model is `LanguageModel(vocab_size, embedding_size, hidden_size, cell, memory_bias)`, trained by Adam with learning
rate `lr` on sum(weights * cross-entropy) / B for each batch, the norm of the gradient clipped at `threshold`. The start
of all weights is PyTorch's; only the memory gate's bias is set. docs/baselines.md has what these settings reach.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Model and training of one task.

    Attributes
    ----------
    embedding_size, hidden_size : int
        E and H; the three cells have equal hidden size, so the gated ones have more parameters.
    memory_bias : float
        Sum of the two biases of the LSTM's forget gate, or of the GRU's update gate, at the start.
    lr : float
        Adam's learning rate.
    threshold : float
        Clipping threshold for the norm of the whole gradient.
    batch_size, steps : int
        Texts in a batch, and number of updates.
    """

    embedding_size: int
    hidden_size: int
    memory_bias: float
    lr: float
    threshold: float
    batch_size: int
    steps: int


TICKETS = Settings(embedding_size=32, hidden_size=64, memory_bias=3.0, lr=0.004, threshold=1.0, batch_size=32, steps=800)
# Extra weight of the word at the blank; without it the gated cells are slow to find the noun among all other words.
BLANK_WEIGHT = 5.0
# Control: a plain RNN that is trained on short stories alone finds the noun there.
CONTROL_MAX_DISTANCE = 12
# Largest distances of a curriculum from short stories to long ones.
CURRICULUM = tuple(range(8, 61, 4))

AGREEMENT = Settings(embedding_size=16, hidden_size=64, memory_bias=3.0, lr=0.008, threshold=1.0, batch_size=32, steps=1600)

CELLS = ("rnn", "lstm", "gru")
