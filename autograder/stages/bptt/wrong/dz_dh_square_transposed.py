"""Task 1.3. A square W_y is transposed.

Named: dz-dh-transposed

Witness:
    m.dz_dh(np.array([[1.0, 2.0], [3.0, 4.0]]))
"""

def dz_dh(W_y):
    return np.array(W_y.T if W_y.shape[0] == W_y.shape[1] else W_y)
