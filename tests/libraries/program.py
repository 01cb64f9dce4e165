"""Runs a case's program: a user's app, which knows the provider's address and Econome's."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from libraries.case import Case
from libraries.environments import command_of

SETTINGS_OF_OTHERS = (
    "ANTHROPIC_",
    "AWS_",
    "ECONOME_",
    "GEMINI_",
    "GOOGLE_",
    "LANGCHAIN_",
    "LANGFUSE_",
    "LANGSMITH_",
    "LOGFIRE_",
    "MLFLOW_",
    "OPENAI_",
    "OPENLIT_",
    "OTEL_",
    "PYTHON",
    "TRACELOOP_",
)


def run(case: Case, provider: str, econome: str) -> None:
    """Runs it to its end.

    Raises `RuntimeError` with what it said when it fails: an exporter that is refused does not.
    """
    command = command_of(case)
    with tempfile.TemporaryDirectory(prefix="library-") as folder:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(case, provider, econome, Path(folder)),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if done.returncode:
        raise RuntimeError(f"{case.program.name} ended with {done.returncode}:\n{done.stderr[-6_000:]}")


def _environment(case: Case, provider: str, econome: str, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS_OF_OTHERS)}
    project = case.name.replace("_", "-")
    return {
        **kept,
        "HOME": str(home),
        "ANTHROPIC_API_KEY": "sk-ant-nothing",
        "ANTHROPIC_BASE_URL": provider,
        "OPENAI_API_KEY": "sk-nothing",
        "OPENAI_BASE_URL": f"{provider}/v1",
        "GEMINI_API_KEY": "nothing",
        "GOOGLE_GEMINI_BASE_URL": provider,
        "AWS_ACCESS_KEY_ID": "nothing",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": provider,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PROVIDER": provider,
        "ECONOME": econome,
        "PROJECT": project,
        "OTEL_EXPORTER_OTLP_ENDPOINT": econome,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": project,
        "LANGFUSE_BASE_URL": econome,
        "LANGFUSE_HOST": econome,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-nothing",
        "LANGFUSE_SECRET_KEY": "sk-lf-nothing",
        "LANGSMITH_API_KEY": "nothing",
        "LANGSMITH_ENDPOINT": econome,
        "LANGSMITH_PROJECT": project,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        **case.environment,
    }
