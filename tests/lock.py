"""Prints the versions installed here as constraints for pip: what the tests have passed with.

Left out are packages whose right build depends on the machine, and the project itself.
"""

from importlib.metadata import distributions

LEFT_OUT = (
    "econome",
    "pip",
    "setuptools",
    "wheel",
    "torch",
    "triton",
    "nvidia-",
    "cuda-",
    "xllamacpp",
    "llm-",
)

print("# Made by `make lock`. pip's own format: --constraint constraints.txt")
for name, version in sorted(
    {(found.name.lower().replace("_", "-"), found.version) for found in distributions()}
):
    if not name.startswith(LEFT_OUT):
        print(f"{name}=={version}")
