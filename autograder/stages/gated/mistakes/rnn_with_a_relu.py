"""The RNN's state goes through a ReLU, not through tanh.

How large can h_t become in your cell, and how large in equation (1)?
"""

import torch


class RNNCell(RNNCell):
    def forward(self, x, state):
        return torch.relu(x @ self.weight_ih.T + self.bias_ih + state @ self.weight_hh.T + self.bias_hh)
