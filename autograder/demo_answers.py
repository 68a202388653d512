"""Sample answers to the written tasks in the style of students: a good, a fair and a weak one per stage."""

ANSWERS: dict[str, tuple[str, str, str]] = {
    "1-bptt": (r"""By the chain rule,

$$\frac{\partial L_t}{\partial W_h} = \frac{\partial L_t}{\partial \hat y_t} \frac{\partial \hat y_t}{\partial z_t}
\frac{\partial z_t}{\partial h_t} \frac{\partial h_t}{\partial W_h}.$$

In $h_t = \tanh(W_h h_{t-1} + W_x x_t + b)$ the matrix $W_h$ stands twice: once as a factor, and once inside $h_{t-1}$. Write
$\partial^+$ for the derivative with $h_{t-1}$ held fixed. Then

$$\frac{\partial h_t}{\partial W_h} = \frac{\partial^+ h_t}{\partial W_h}
+ \frac{\partial h_t}{\partial h_{t-1}} \frac{\partial h_{t-1}}{\partial W_h}.$$

**This is where the recursion enters**: the last factor is the same question one step earlier. Put in again and again it gives

$$\frac{\partial h_t}{\partial W_h} = \sum_{k=1}^{t} \frac{\partial h_t}{\partial h_k} \frac{\partial^+ h_k}{\partial W_h},
\qquad \frac{\partial^+ h_k[i]}{\partial W_h[i, j]} = (1 - h_k[i]^2)\, h_{k-1}[j].$$

The sum starts at $k = 1$ because $h_0$ is given: it does not depend on $W_h$, so the recursion ends there.

**Cost.** (4) has $T(T+1)/2$ summands, and each has a product of up to $T$ Jacobians of size $H \times H$. BPTT carries
one vector $\partial L / \partial h_t$ from the end to the beginning and adds up on the way: one product of a matrix and
a vector a step, so it is linear in $T$.
""", r"""$\frac{\partial L_t}{\partial W_h} = \sum_{k=1}^t \frac{\partial L_t}{\partial z_t} \frac{\partial z_t}{\partial h_t}
\frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W_h}$, the same as (3) with $W_h$ in place of $W_x$.
The last factor is $(1 - h_k^2)\, h_{k-1}$.

The recursion comes from $h_{t-1}$, which has $W_h$ in it too. $k$ starts at 1 since $h_0$ is a constant. BPTT is faster
because it does not compute the same products again.
""", """It is the same formula as for W_x, only that h is multiplied in place of x. We start at k = 1 because the
sentence has no word 0. (4) is slow for long sentences.
"""),
    "2-vanishing": (r"""**Near and far.** In my sweep the norm of $\partial h_t / \partial h_k$ falls by about the same
factor at every step of lag. For "shepherd" ($t = 15$) the summand of "german" ($k = 14$) has one Jacobian in it, the one
of "brown" ($k = 2$) has thirteen. Both are added up, so the sum is nearly the near summands alone, and an update of
$W_x$ follows those. The far signal is not lost, it is too small to change the direction of the sum.

**Bound.** $\lVert \partial h_t / \partial h_k \rVert \le \prod \lVert \mathrm{diag}(1 - h^2) \rVert\, \sigma_{\max}(W_h)$. If
$\sigma_{\max} < 1$ every factor is below 1 and the product must vanish: sufficient. With $\sigma_{\max} > 1$ the bound
grows and says nothing: $1 - h^2$ may be small when units saturate, and $W_h$ need not stretch the direction it meets. So
the gradient can vanish all the same: not necessary.

**Ambiguity.** A small $\partial L_T / \partial h_1$ came out in 2.6 both for sequences whose target depends on the first
word and for sequences where it does not. So the number does not tell whether there is nothing to learn or whether these
parameters cannot carry it.
""", """The near words have larger terms than the far ones, as one sees in the bar chart: the last bars are high and the
first are nearly zero. So "brown" has no effect on "shepherd" although it should.

If the largest singular value is below 1 the gradient vanishes. It can also vanish with a larger one because of the tanh.

For 2.6 both medians were small.
""", """The gradient gets smaller with every step, so the network forgets. The bound is only an upper bound and that is
why it is not exact.
"""),
    "3-clipping": (r"""**By norm.** Clipping by norm multiplies all gradients by one number, so the step keeps its
direction and only gets shorter. By value, large entries are cut and small ones are not: the direction turns towards the
diagonal, and small parameters get a larger share of the step than the loss asks for.

**What it does not cure.** I took the trained parameters with and without clipping and measured `decay_rate` on
`jacobian_norms` of stage 2: the two slopes agree, because clipping changes the length of an update and no Jacobian. A
gradient that has vanished is below every threshold, and Algorithm 1 leaves it alone.

**Threshold.** I looked at the norms before clipping: nearly all lie close together and a few are far above. I took a
threshold a little above the bulk, so that ordinary steps are untouched and the spikes are cut. Much lower, and it is a
smaller learning rate in disguise.
""", """Clipping by norm keeps the direction of the gradient, by value changes it.

It does not help against vanishing gradients, because these are small already and only large ones are clipped.

I chose the threshold so that about one update in twenty is clipped.
""", """Clipping makes the gradients smaller so that training does not explode. I used a threshold of 1 because it worked.
"""),
    "4-gated": (r"""**The gate.** Between "tickets" and the blank the forget gate has to stay near 1. In the LSTM $c_t =
f_t \odot c_{t-1} + i_t \odot g_t$, so along the direct path $\partial c_t / \partial c_{t-1} = \mathrm{diag}(f_t)$: no
weight matrix and no $\tanh'$. With $f$ near 1 the product over many steps stays near 1, and my `gradient_reach` is flat
for the LSTM where the RNN's falls. In the GRU the update gate does the same.

**Recency.** With attractors the RNN's error rate goes up with each one, and on the items where it is wrong it agrees with the
last noun: sequential recency. The gated models get worse much more slowly. They are not free of it.

**Fair comparison.** With equal hidden size the LSTM has four times the recurrent parameters, so it could win by size
alone. With equal parameters it has fewer units to remember with. I would report both. If the gated model wins in both,
the gate is the reason.
""", """The forget gate keeps the word. If it is 1 then the cell state is copied and the gradient is 1 at every step, so
it does not vanish.

The RNN makes more errors with more attractors because it looks at the last noun.

Equal parameters is fairer, because the LSTM has more weights at the same hidden size.
""", """The LSTM has gates and therefore a long memory. In my numbers the LSTM was the best and the RNN the worst.
"""),
}
