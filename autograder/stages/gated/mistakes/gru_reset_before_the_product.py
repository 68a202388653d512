"""The GRU's reset gate multiplies h_{t-1} before the product with U_n.

This is the variant of the paper. In torch's variant, what stands in the brackets that r multiplies? Where does
the bias v_n stand?
"""

import torch


class GRUCell(GRUCell):
    def forward(self, x, state):
        H = self.hidden_size
        gates = torch.sigmoid(x @ self.weight_ih[:2 * H].T + self.bias_ih[:2 * H]
                              + state @ self.weight_hh[:2 * H].T + self.bias_hh[:2 * H])
        r, z = gates.chunk(2, dim=1)
        n = torch.tanh(x @ self.weight_ih[2 * H:].T + self.bias_ih[2 * H:]
                       + (r * state) @ self.weight_hh[2 * H:].T + self.bias_hh[2 * H:])
        return (1 - z) * n + z * state
