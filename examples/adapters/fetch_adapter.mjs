// The adapter that lets pawa-scenarios drive the client in fetch_client.mjs:
//
//     pawa-scenarios run --client 'cmd:node examples/adapters/fetch_adapter.mjs'
//
// Node 18 or later, no dependencies. It judges and repairs nothing: what the client does not say is
// left out, what it cannot do is refused as `unsupported`.

import { createInterface } from "node:readline";
import { Call, Failure, FetchClient, LIMITS, RETRY_AFTER_CAP_S } from "./fetch_client.mjs";

const MANIFEST = {
  name: "fetch-example", version: "1", language: "javascript",
  claims: ["retry", "backoff_jitter", "retry_after", "streaming", "cancellation"],
  limits: { ...LIMITS, backoff_family: "full", retry_after_cap_s: RETRY_AFTER_CAP_S },
};
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const clients = new Map();
const calls = new Map();

async function run(operation, { id, client, request, deadline_s, pace }) {
  if (deadline_s || pace) throw new Failure("unsupported", "this client has no deadline and no pace");
  const call = new Call((delta) => say({ id, delta, t: performance.now() / 1000 }));
  calls.set(id, call);
  try {
    return await clients.get(client)[operation](request, call);
  } catch (error) {
    throw Object.assign(error, { partial: call.text || null });
  } finally {
    calls.delete(id);
  }
}

const operations = {
  hello: () => MANIFEST,
  open: ({ client, settings }) => void clients.set(client, new FetchClient(settings)),
  chat: (message) => run("chat", message),
  embed: (message) => run("embed", message),
  cancel: ({ target }) => calls.get(target)?.cancel(),
  close: ({ client }) => void clients.delete(client),
};

async function answer(message) {
  try {
    const operation = operations[message.op];
    if (!operation) throw new Failure("unsupported", `this client has no ${message.op}`);
    say({ id: message.id, ok: (await operation(message)) ?? {} });
  } catch ({ kind = "internal", name, message: text, facts, attempts, partial }) {
    const code = kind === "internal" ? name : undefined;
    say({ id: message.id, error: { kind, message: text, code, attempts, partial, ...facts } });
  }
}

function stop() {
  for (const call of calls.values()) call.cancel();
  setTimeout(() => process.exit(0), 200);
}

createInterface({ input: process.stdin }).on("line", (line) => answer(JSON.parse(line))).on("close", stop);
process.on("SIGTERM", stop);
