"""Automatic differentiation of a student's torch module, as plain values: here or in the sandbox."""

from __future__ import annotations

from typing import Any


class Autodiff:
    """Runs a torch module and carries a gradient back through it."""

    def vjp(self, module: Any, args: tuple, cotangents: Any) -> dict[str, Any]:
        """See `vector_jacobian`."""
        return vector_jacobian(module, args, cotangents)


def vector_jacobian(module: Any, args: tuple, cotangents: Any) -> dict[str, Any]:
    """Outputs of ``module(*args)`` and the gradient of Σ cotangent · output.

    Parameters
    ----------
    module : torch.nn.Module
    args : tuple
        Tensors, or tuples of tensors; floating-point ones get a gradient.
    cotangents : tensor or tuple of tensors
        One for each output, of its shape.

    Returns
    -------
    dict
        "outputs" (tuple of tensors), "arguments" (gradient of each floating-point tensor in `args`, in
        order; None where nothing flows back), "parameters" (name to gradient or None).
    """
    import torch

    leaves: list[torch.Tensor] = []

    def fresh(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return type(value)(fresh(item) for item in value)
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            leaves.append(value.detach().clone().requires_grad_())
            return leaves[-1]
        return value

    inputs = tuple(fresh(value) for value in args)
    outputs = _tensors(module(*inputs))
    total = sum((out * cotangent).sum() for out, cotangent in zip(outputs, _tensors(cotangents), strict=True))
    named = dict(module.named_parameters())
    parameters = [parameter for parameter in named.values() if parameter.requires_grad]
    grads = torch.autograd.grad(total, [*leaves, *parameters], allow_unused=True)
    by_parameter = iter(grads[len(leaves):])
    return {
        "outputs": tuple(out.detach() for out in outputs),
        "arguments": tuple(grads[: len(leaves)]),
        "parameters": {name: next(by_parameter) if parameter.requires_grad else None
                       for name, parameter in named.items()},
    }


def _tensors(value: Any) -> tuple:
    """The tensors in a nested tuple, in order."""
    if isinstance(value, tuple | list):
        return tuple(tensor for item in value for tensor in _tensors(item))
    return (value,)
