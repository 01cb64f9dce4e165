/** What to paste into an app, for each client, with the address of this very server. */

export interface Snippet {
  client: "python" | "langchain" | "javascript" | "curl";
  title: string;
  /** One after the other: where it goes, and what. */
  steps: { file: "shell" | "app.py" | "app.mjs"; code: string }[];
}

export function snippets(endpoint: string, key: string): Snippet[] {
  const environment = [
    "export LANGSMITH_TRACING=true",
    `export LANGSMITH_ENDPOINT=${endpoint}`,
    `export LANGSMITH_API_KEY=${key}`,
  ].join("\n");
  return [
    {
      client: "python",
      title: "LangSmith SDK",
      steps: [
        { file: "shell", code: environment },
        {
          file: "app.py",
          code: `from langsmith import traceable

@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"})
def ask(question: str) -> dict:
    return {
        "choices": [{"message": {"role": "assistant", "content": "Hello!"}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }

ask("Hello?")`,
        },
      ],
    },
    {
      client: "langchain",
      title: "LangChain",
      steps: [
        { file: "shell", code: `${environment}\npython app.py   # unchanged` },
        {
          file: "shell",
          code: `# Older versions of LangChain read these names instead
export LANGCHAIN_TRACING_V2=true
export LANGCHAIN_ENDPOINT=${endpoint}
export LANGCHAIN_API_KEY=${key}`,
        },
      ],
    },
    {
      client: "javascript",
      title: "JavaScript",
      steps: [
        { file: "shell", code: environment },
        {
          file: "app.mjs",
          code: `import { Client } from "langsmith";
import { traceable } from "langsmith/traceable";

const client = new Client();
const ask = traceable(async (question) => "Hello!", { name: "ask", client });
await ask("Hello?");
await client.awaitPendingTraceBatches();`,
        },
      ],
    },
    {
      client: "curl",
      title: "curl",
      steps: [
        {
          file: "shell",
          code: `NOW=$(date -u +%Y-%m-%dT%H:%M:%S) ID=$(uuidgen)
curl ${endpoint}/runs -H 'x-api-key: ${key}' -H 'content-type: application/json' -d @- <<END
{
  "id": "$ID", "trace_id": "$ID", "name": "hello", "run_type": "llm", "session_name": "default",
  "start_time": "$NOW", "end_time": "$NOW",
  "inputs": {"messages": [{"role": "user", "content": "Hello?"}]},
  "outputs": {
    "choices": [{"message": {"role": "assistant", "content": "Hello!"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
  },
  "extra": {"metadata": {"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"}}
}
END`,
        },
      ],
    },
  ];
}
