# first try, loops everywhere, I print a lot to see what happens
import numpy as np
print("bptt.py is loaded, numpy", np.__version__)

def softmax(z):
    biggest = z[0]
    for value in z:
        if value > biggest:
            biggest = value
    exps = []
    for value in z:
        exps.append(np.exp(np.float64(value - biggest)))
    total = 0
    for e in exps:
        total = total + e
    result = []
    for e in exps:
        result.append(e / total)
    return result

def cross_entropy(y_hat_t, y_t):
    probability = y_hat_t[y_t]
    #print("probability of the right class:", probability)
    if probability == 0:
        return np.inf
    loss = - np.log(probability)
    return loss

def forward(params, x, h_0):
    W_x = params['W_x']
    W_h = params['W_h']
    b = params['b']
    W_y = params['W_y']
    T = len(x)
    H = len(h_0)
    V = len(W_y)
    print("T =", T, "H =", H, "V =", V)
    h = np.zeros((T + 1, H))
    z = np.zeros((T, V))
    y_hat = np.zeros((T, V))
    for i in range(H):
        h[0][i] = h_0[i]
    for t in range(1, T + 1):
        for i in range(H):
            a = b[i]
            for j in range(H):
                a = a + W_h[i][j] * h[t - 1][j]
            for d in range(len(x[0])):
                a = a + W_x[i][d] * x[t - 1][d]
            h[t][i] = np.tanh(a)
        for v in range(V):
            for i in range(H):
                z[t - 1][v] = z[t - 1][v] + W_y[v][i] * h[t][i]
        y_hat[t - 1] = softmax(z[t - 1])
    return h, z, y_hat

def dL_dyhat(y_hat_t, y_t):
    result = np.zeros(len(y_hat_t))
    for i in range(len(y_hat_t)):
        if i == y_t:
            result[i] = -1 / y_hat_t[i]
        else:
            result[i] = 0
    return result

def dyhat_dz(y_hat_t):
    V = len(y_hat_t)
    result = np.zeros((V, V))
    for i in range(V):
        for j in range(V):
            if i == j:
                result[i][j] = y_hat_t[i] * (1 - y_hat_t[i])
            else:
                result[i][j] = - y_hat_t[i] * y_hat_t[j]
    return result

def dL_dz(y_hat_t, y_t):
    result = []
    for i in range(len(y_hat_t)):
        if i == y_t:
            result.append(y_hat_t[i] - 1)
        else:
            result.append(y_hat_t[i])
    return np.array(result)

def dz_dh(W_y):
    return W_y

def dh_dh_prev(h_t, W_h):
    H = len(h_t)
    result = np.zeros((H, H))
    for i in range(H):
        for j in range(H):
            result[i][j] = (1 - h_t[i] ** 2) * W_h[i][j]
    return result

def dh_dW_x(h_t, x_t):
    H = len(h_t)
    D = len(x_t)
    result = np.zeros((H, H, D))
    for i in range(H):
        for j in range(H):
            for d in range(D):
                if i == j:
                    result[i][j][d] = (1 - h_t[i] ** 2) * x_t[d]
    return result

def dh_dh(h, W_h, t, k):
    T = len(h) - 1
    if k > t:
        raise ValueError("k is larger than t")
    if t > T:
        raise ValueError("t is larger than T")
    if k < 0:
        raise ValueError("k is negative")
    result = np.identity(len(W_h))
    i = t
    while i > k:
        result = np.dot(result, dh_dh_prev(h[i], W_h))
        i = i - 1
    return result

def term(params, x, y, h, y_hat, t, k):
    first = dL_dz(y_hat[t - 1], y[t - 1])
    second = np.dot(first, dz_dh(params['W_y']))
    third = np.dot(second, dh_dh(h, params['W_h'], t, k))
    last = dh_dW_x(h[k], x[k - 1])
    H, D = params['W_x'].shape
    result = np.zeros((H, D))
    for i in range(H):
        for j in range(H):
            for d in range(D):
                result[j][d] += third[i] * last[i][j][d]
    print("term", t, k, "is done, its first entry is", result[0][0])
    return result

def dL_dW_x(params, x, y, h, y_hat, t):
    result = np.zeros(params['W_x'].shape)
    for k in range(1, t + 1):
        result += term(params, x, y, h, y_hat, t, k)
    return result

def dLtotal_dW_x(params, x, y, h, y_hat):
    result = np.zeros(params['W_x'].shape)
    for t in range(1, len(x) + 1):
        result += dL_dW_x(params, x, y, h, y_hat, t)
    return result

def bptt(params, x, y, h, y_hat):
    W_h = params['W_h']
    W_y = params['W_y']
    T = len(x)
    grad_W_x = np.zeros(params['W_x'].shape)
    grad_W_h = np.zeros(W_h.shape)
    grad_b = np.zeros(params['b'].shape)
    grad_W_y = np.zeros(W_y.shape)
    from_later = np.zeros(len(W_h))
    t = T
    while t >= 1:
        if t % 500 == 0:
            print("bptt is at step", t)
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        grad_W_y = grad_W_y + np.outer(dz, h[t])
        at_once = np.dot(W_y.T, dz)
        grad_h = at_once + from_later
        grad_a = grad_h * (1 - h[t] ** 2)
        grad_W_x = grad_W_x + np.outer(grad_a, x[t - 1])
        grad_W_h = grad_W_h + np.outer(grad_a, h[t - 1])
        grad_b = grad_b + grad_a
        from_later = np.dot(W_h.T, grad_a)
        t = t - 1
    grads = {}
    grads['W_x'] = grad_W_x
    grads['W_h'] = grad_W_h
    grads['b'] = grad_b
    grads['W_y'] = grad_W_y
    grads['h_0'] = from_later
    return grads

def numerical_gradient(f, theta, eps=1e-5):
    theta = theta * 1.0
    result = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        old = theta[index]
        theta[index] = old + eps
        plus = f(theta)
        theta[index] = old - eps
        minus = f(theta)
        theta[index] = old
        result[index] = (plus - minus) / (2 * eps)
    return result

def relative_error(a, b):
    difference = 0
    size_a = 0
    size_b = 0
    for index in np.ndindex(a.shape):
        difference = difference + (float(a[index]) - float(b[index])) ** 2
        size_a = size_a + float(a[index]) ** 2
        size_b = size_b + float(b[index]) ** 2
    if size_a == 0 and size_b == 0:
        return 0.0
    return np.sqrt(difference) / (np.sqrt(size_a) + np.sqrt(size_b))

def gradient_check(loss, params, grads, eps=1e-5):
    result = {}
    for name in params:
        def f(theta):
            new_params = {}
            for other in params:
                if other == name:
                    new_params[other] = theta
                else:
                    new_params[other] = params[other]
            return loss(new_params)
        result[name] = relative_error(numerical_gradient(f, params[name], eps), grads[name])
        print("relative error of", name, "is", result[name])
    return result

if __name__ == "__main__":
    print(softmax(np.array([1.0, 2.0, 3.0])))
