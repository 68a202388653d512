"""RNNCell does not read h_{t-1}.

Which terms stand in equation (1)? Call the cell with two different states.
"""

import torch


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.tanh(x @ self.weight_ih.T + self.bias_ih + self.bias_hh)
