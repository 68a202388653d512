"""Vector-Jacobian products of a student's torch module, as plain values, here or in the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def vjp_in(functions: Any) -> Callable[..., dict[str, Any]]:
    """Return `vector_jacobian` for a student's module `functions`: what it is given may also be the name of a function there."""
    return lambda module, args, cotangents: vector_jacobian(
        getattr(functions, module) if isinstance(module, str) else module, args, cotangents)


def vector_jacobian(module: Any, args: tuple[Any, ...], cotangents: Any) -> dict[str, Any]:
    """Outputs of ``module(*args)`` and the gradients of Σ cotangent · output.

    Parameters
    ----------
    module : torch.nn.Module or function
    args : tuple
        Tensors, tuples of tensors, or modules. Floating-point tensors get a gradient.
    cotangents : tensor or tuple of tensors
        One for each output, of the same shape.

    Returns
    -------
    dict
        "outputs" (tuple of tensors), "arguments" (gradient of each floating-point tensor in `args`, in order; None where the
        output does not depend on it), "parameters" (name to gradient or None, for `module` and the modules in `args`),
        "left_behind" (names of parameters whose ``.grad`` was nonzero before the call).
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

    holders = [holder for holder in (module, *args) if isinstance(holder, torch.nn.Module)]
    named = {name: parameter for holder in holders for name, parameter in holder.named_parameters()}
    left_behind = tuple(name for name, p in named.items() if p.grad is not None and bool(p.grad.any()))
    inputs = tuple(fresh(value) for value in args)
    outputs = _outputs(module(*inputs), cotangents)
    total = sum((out * cotangent).sum() for out, cotangent in zip(outputs, _tensors(cotangents), strict=True))
    parameters = [parameter for parameter in named.values() if parameter.requires_grad]
    grads: tuple[Any, ...] = (None,) * (len(leaves) + len(parameters))
    if total.requires_grad:
        grads = torch.autograd.grad(total, [*leaves, *parameters], allow_unused=True)
    by_parameter = iter(grads[len(leaves):])
    return {
        "outputs": tuple(out.detach() for out in outputs),
        "arguments": tuple(grads[: len(leaves)]),
        "parameters": {name: next(by_parameter) if parameter.requires_grad else None
                       for name, parameter in named.items()},
        "left_behind": left_behind,
    }


def _outputs(value: Any, cotangents: Any) -> tuple[Any, ...]:
    """Flatten outputs structured like `cotangents` into a tuple of tensors; a list of rows counts as one tensor.

    Raises
    ------
    ValueError
        The outputs have another structure or other shapes than the cotangents.
    """
    import torch

    flat = _tensors(value)
    if [getattr(one, "shape", None) for one in flat] == [one.shape for one in _tensors(cotangents)]:
        return flat
    if isinstance(cotangents, tuple | list) and len(cotangents) == 1 and not isinstance(value, tuple | list):
        cotangents = cotangents[0]
    if isinstance(cotangents, tuple | list):
        if not isinstance(value, tuple | list) or len(value) != len(cotangents):
            found = f"{len(value)} values" if isinstance(value, tuple | list) else f"one {type(value).__name__}"
            raise ValueError(f"{len(cotangents)} values should be returned here, not {found}")
        return tuple(tensor for item, other in zip(value, cotangents) for tensor in _outputs(item, other))
    if isinstance(value, tuple | list) and value and all(isinstance(item, torch.Tensor) for item in value):
        value = torch.stack(list(value))
    if not isinstance(value, torch.Tensor) or value.shape != cotangents.shape:
        found = f"one of shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else f"a {type(value).__name__}"
        raise ValueError(f"a tensor of shape {tuple(cotangents.shape)} should be returned here, not {found}")
    return (value,)


def _tensors(value: Any) -> tuple[Any, ...]:
    """Flatten nested tuples and lists of tensors, in order."""
    if isinstance(value, tuple | list):
        return tuple(tensor for item in value for tensor in _tensors(item))
    return (value,)
