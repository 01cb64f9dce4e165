/** What to paste into an app, for each client, with the address of this very server. */

export interface Snippet {
  client: "python" | "langchain" | "javascript" | "curl";
  title: string;
  code: string;
}

export function snippets(origin: string, key: string): Snippet[] {
  const environment = [
    `export LANGSMITH_TRACING=true`,
    `export LANGSMITH_ENDPOINT=${origin}`,
    `export LANGSMITH_API_KEY=${key}`,
  ].join("\n");
  return [
    {
      client: "python",
      title: "LangSmith SDK",
      code: `${environment}
pip install langsmith

# app.py
from langsmith import traceable

@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"})
def ask(question: str) -> dict:
    return {
        "choices": [{"message": {"role": "assistant", "content": "Hello!"}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }

ask("Hello?")`,
    },
    {
      client: "langchain",
      title: "LangChain",
      code: `${environment}

# Nothing changes in the app: run it. Older versions read
# LANGCHAIN_TRACING_V2=true and LANGCHAIN_ENDPOINT instead.
python app.py`,
    },
    {
      client: "javascript",
      title: "JavaScript",
      code: `${environment}
npm install langsmith

// app.mjs
import { Client } from "langsmith";
import { traceable } from "langsmith/traceable";

const client = new Client();
const ask = traceable(async (question) => "Hello!", { name: "ask", client });
await ask("Hello?");
await client.awaitPendingTraceBatches();`,
    },
    {
      client: "curl",
      title: "curl",
      code: `curl ${origin}/runs \\
  -H 'x-api-key: ${key}' \\
  -H 'content-type: application/json' \\
  -d '{
    "id": "'$(cat /proc/sys/kernel/random/uuid)'",
    "name": "hello",
    "run_type": "llm",
    "session_name": "default",
    "start_time": "'$(date -u +%Y-%m-%dT%H:%M:%S)'",
    "end_time": "'$(date -u +%Y-%m-%dT%H:%M:%S)'",
    "inputs": {"messages": [{"role": "user", "content": "Hello?"}]},
    "outputs": {"choices": [{"message": {"role": "assistant", "content": "Hello!"}}]},
    "extra": {"metadata": {
      "ls_provider": "openai", "ls_model_name": "gpt-4o-mini",
      "usage_metadata": {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15}
    }}
  }'`,
    },
  ];
}
